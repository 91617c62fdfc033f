/** Uniform in [0, 1): the only way by which chance enters. */
export type Random = () => number
