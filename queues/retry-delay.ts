/** With the hundred tries of wrangler.toml four days, for as long as a queue keeps a message. */
const RETRY_MAX_SECONDS = 3_600

/**
 * Twice as long each time.
 *
 * @param attempts how often the message was delivered, this time included
 * @param baseSeconds after the first time
 */
export const retryDelaySeconds = (attempts: number, baseSeconds: number): number =>
  Math.min(baseSeconds * 2 ** (attempts - 1), RETRY_MAX_SECONDS)
