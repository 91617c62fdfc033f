/** Kinds keep names derived from one pepper from ever meeting each other. */
type NameKind =
  | 'email'
  | 'wallet'
  | 'issuer'
  | 'client'
  | 'code'
  | 'resume'
  | 'unsubscribe'
  | 'refresh'
  | 'nonce'
  | 'fingerprint'
  | 'receipt'

/**
 * Names that tell nothing: `base64url(HMAC-SHA-256(SUBJECT_PEPPER, kind + ":" + value))`, 43
 * characters. They stand for people and addresses in object names, queues, logs and indexes.
 */
export interface Pepper {
  name(kind: NameKind, value: string): Promise<string>
  /** Whether `name` is the one of this value; takes the same time for every wrong one. */
  isName(kind: NameKind, value: string, name: string): Promise<boolean>
  mac(kind: NameKind, value: string): Promise<Uint8Array>
}

/** @param pepper at least 32 random bytes as text; changing it loses every person */
export function createPepper(pepper: string): Pepper {
  const encoder = new TextEncoder()
  // The key itself is kept, not its promise: one request must not wait on another's.
  let key: CryptoKey | undefined
  const hmacKey = async (): Promise<CryptoKey> => {
    key ??= await crypto.subtle.importKey(
      'raw',
      encoder.encode(pepper),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign', 'verify'],
    )
    return key
  }
  const mac = async (kind: NameKind, value: string): Promise<Uint8Array> =>
    new Uint8Array(
      await crypto.subtle.sign('HMAC', await hmacKey(), encoder.encode(`${kind}:${value}`)),
    )
  return {
    mac,
    name: async (kind, value) => base64url(await mac(kind, value)),
    isName: async (kind, value, name) =>
      crypto.subtle.verify(
        'HMAC',
        await hmacKey(),
        bytesOf(name),
        encoder.encode(`${kind}:${value}`),
      ),
  }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
