/**
 * What is to be said of a deployment.
 *
 * | level | meaning |
 * |---|---|
 * | `refuse` | it must not go out like this |
 * | `advise` | it works, and somebody should know |
 * | `unknown` | could not be looked at from here |
 */
export interface Finding {
  readonly level: 'refuse' | 'advise' | 'unknown'
  /** A setting, a binding, or what was looked at. */
  readonly about: string
  /** What is wrong, and what to do. */
  readonly message: string
}

export const refuse = (about: string, message: string): Finding => ({
  level: 'refuse',
  about,
  message,
})

export const advise = (about: string, message: string): Finding => ({
  level: 'advise',
  about,
  message,
})

export const unknown = (about: string, message: string): Finding => ({
  level: 'unknown',
  about,
  message,
})

/** Something looked for, or why it could not be. */
export type Known<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string }

export const known = <T>(value: T): Known<T> => ({ known: true, value })
export const notKnown = (why: string): Known<never> => ({ known: false, why })
