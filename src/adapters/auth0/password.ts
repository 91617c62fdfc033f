/** 128 bits: nobody can guess it, and nobody is told. */
const PASSWORD_BYTES = 16
/** One for each value of five bits. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEF'

/**
 * The password of a user who has none: Auth0's databases want one at creation. It is stored nowhere
 * and the same twice for nobody. Letters and digits alternate, so that the strictest of Auth0's
 * policies, which forbids repetition and sequences and wants all four kinds of character, takes it.
 */
export function unguessablePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES))
  const pairs = Array.from(bytes, (byte) => `${LETTERS[byte >> 3] ?? ''}${byte & 7}`)
  return `${pairs.join('')}Q-x`
}
