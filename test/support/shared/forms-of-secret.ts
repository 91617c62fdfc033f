/**
 * The ways in which a text may be written into another one: as it is, percent-encoded, in JSON, in hex,
 * and in base64, which reads differently at each of three places within a longer text. Of the
 * encoded ones only the part that no neighbour changes.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = btoa('\0'.repeat(offset) + String.fromCodePoint(...bytes))
    // The first characters depend on what is before, the last on what follows.
    const sure = text.replaceAll('=', '').slice(offset === 0 ? 0 : offset + 1, -1)
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const everyByte = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      everyByte,
      everyByte.toUpperCase(),
      JSON.stringify(secret).slice(1, -1),
      hex,
      hex.toUpperCase(),
      ...base64,
    ]),
  ]
}

/** Which of the secrets are in these texts, in any form. */
export const found = (secrets: readonly string[], texts: readonly string[]): readonly string[] =>
  secrets.flatMap((secret) =>
    formsOf(secret).flatMap((form) =>
      texts.filter((text) => text.includes(form)).map((text) => `${form} in ${text.slice(0, 400)}`),
    ),
  )
