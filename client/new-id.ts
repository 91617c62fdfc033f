const ID_BYTES = 16

/** 128 random bits in hex. `crypto.randomUUID` is not there on pages that came by plain HTTP. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
