const DAY_MS = 86_400_000

/** What the published design gives an experiment: two of each weekday. */
export const DURATION_MS = 14 * DAY_MS

/**
 * How often at most an experiment without a difference ever shows one, over all looks together. The
 * usual twentieth: a wrong winner costs a bad prompt, not a person.
 */
export const LIFT_ALPHA = 0.05

/**
 * The same for the alarm about group sizes, which takes the whole experiment away and is looked at
 * in every experiment: one in a thousand may be stopped in vain. A real fault waits half as long
 * again as it would at a twentieth.
 */
export const SAMPLE_RATIO_ALPHA = 0.001

/** Fewer say nothing that a decision could rest on, whatever their rate. */
export const PEOPLE_PER_GROUP_MIN = 100

/**
 * The interval takes sums of yes and no for normal. With ten of the rarer answer in each group it
 * still held at each of the rates that were simulated, from 1 % up.
 */
export const PEOPLE_PER_ANSWER_MIN = 10

/**
 * How far group sizes are expected to be off when something is wrong: the prior weighs as much as so
 * many people, thus a share of 10 % is expected within a percentage point. Fewer would find a
 * missing group sooner and a small leak later; neither by much, as the price is a logarithm.
 */
export const SAMPLE_RATIO_PRIOR_PEOPLE = 1_000

/** Shares are typed by people; their sum may miss 1 by rounding only. */
export const SHARE_SUM_TOLERANCE = 1e-9

/** One decision stands for at most so many: with a twentieth randomised over five candidates, all. */
export const WEIGHT_MAX = 100

/** Below that the interval is wider than any difference between tones that was ever published. */
export const EFFECTIVE_DECISIONS_MIN = 100

/** How often at most a true log is refused as one whose propensities are wrong: as the groups' alarm. */
export const PROPENSITIES_ALPHA = 0.001

/** Propensities are quotients of floating point numbers. */
export const PROPENSITY_TOLERANCE = 1e-9
