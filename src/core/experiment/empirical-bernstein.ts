/**
 * How far the mean of some numbers may be from what was to be expected, at every look at once. They
 * need a limit on one side only, and may depend on what was before, as the log of a bandit that
 * learns does:
 *
 *     E exp(λ(xᵢ - μᵢ) - ψ(λ)(xᵢ - x̂ᵢ)²) ≤ 1,   ψ(λ) = -ln(1 - λ) - λ,   0 ≤ λ < 1
 *
 * where μᵢ is what was to be expected of xᵢ, x̂ᵢ a prediction made before it was seen, and xᵢ - x̂ᵢ
 * never below -1. Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic
 * confidence sequences", Annals of Statistics 49 (2021), theorem 4, https://arxiv.org/abs/1810.08240.
 * λ decides for how much variance the bound is narrow; a mean over twelve of them is narrow for any,
 * costs little and is a supermartingale just as well.
 */
export class EmpiricalBernstein {
  #count = 0
  #sum = 0
  /** Σ(xᵢ - x̂ᵢ)². */
  #spread = 0

  add(x: number): void {
    const prediction = (this.#sum + 0.5) / (this.#count + 1)
    this.#spread += (x - Math.min(1, Math.max(0, prediction))) ** 2
    this.#count += 1
    this.#sum += x
  }

  get mean(): number {
    return this.#sum / this.#count
  }

  /**
   * The mean is ever more than that above the mean of all μᵢ with probability `alpha` at most.
   * Predictions are in [0, 1], so this is for numbers that are never below 1 - `reach`; for numbers
   * that are never above `reach`, the same holds for being below.
   *
   * @param reach 1 or more; the larger, the wider in small samples
   */
  margin(alpha: number, reach: number): number {
    return (reach * deviation(this.#spread / reach ** 2, alpha)) / this.#count
  }
}

/** 1/2 is right for a spread of 30, 1/4096 for a hundred million; each step for four times more. */
const LAMBDAS = Array.from({ length: 12 }, (_, k) => 2 ** -(k + 1))
const RATES = LAMBDAS.map((lambda) => ({ lambda, psi: -Math.log1p(-lambda) - lambda }))

/** Halvings after which a number has no more digits to give. */
const HALVINGS_MAX = 60

/** The Σ(xᵢ - μᵢ) at which the mean over all λ of the exponentials reaches 1/α. */
function deviation(spread: number, alpha: number): number {
  // Here already one of them does alone.
  const alone = Math.log(LAMBDAS.length / alpha)
  let most = Math.min(...RATES.map(({ lambda, psi }) => (alone + psi * spread) / lambda))
  let least = 0
  for (let halving = 0; halving < HALVINGS_MAX; halving += 1) {
    const middle = (least + most) / 2
    if (evidence(middle, spread) < 1 / alpha) least = middle
    else most = middle
  }
  return most
}

const evidence = (sum: number, spread: number): number =>
  RATES.reduce((total, { lambda, psi }) => total + Math.exp(lambda * sum - psi * spread), 0) /
  RATES.length
