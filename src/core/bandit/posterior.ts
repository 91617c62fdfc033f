/** What is known of a rate: a Beta distribution. Both above 0. */
export interface Posterior {
  readonly alpha: number
  readonly beta: number
}

/** Every rate is as likely as any other before something was seen. */
export const PRIOR: Posterior = { alpha: 1, beta: 1 }

/** How often it worked and how often it did not; discounted ones are no whole numbers. */
export interface Counts {
  readonly successes: number
  readonly failures: number
}

export const posteriorAfter = ({ successes, failures }: Counts, prior = PRIOR): Posterior => ({
  alpha: prior.alpha + successes,
  beta: prior.beta + failures,
})
