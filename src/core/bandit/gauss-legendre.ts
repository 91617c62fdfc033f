/** Integration over [-1, 1] by the values at a few nodes. */
export interface Rule {
  /** Ascending. */
  readonly nodes: readonly number[]
  /** The integral is the values' sum by these weights: exact for polynomials below degree 2n. */
  readonly weights: readonly number[]
  /** The same from -1 to each node alone, a row for each: exact for polynomials below degree n. */
  readonly upToNode: readonly (readonly number[])[]
}

/**
 * Newton's method doubles the correct digits each time: three steps do, the others cost nothing.
 */
const NEWTON_STEPS = 6

/**
 * The rule of Gauss and Legendre.
 *
 * @param n how many nodes
 */
export function gaussLegendre(n: number): Rule {
  const nodes = Array.from({ length: n }, (_, index) => rootOfLegendre(n, index))
  const weights = nodes.map((node) => 2 / ((1 - node ** 2) * slopeOfLegendre(n, node) ** 2))
  const values = nodes.map((node) => legendre(n - 1, node))
  const upToNode = nodes.map((end) => {
    const integrals = integralsOfLegendre(n - 1, end)
    // The polynomial through the values, in Legendre's polynomials, term by term.
    return values.map((at, index) => ((weights[index] ?? 0) * dot(at, integrals)) / 2)
  })
  return { nodes, weights, upToNode }
}

/** The sum of products; both of one length. */
export const dot = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)

/** Of degree 0 to `degree`, at one point, by Bonnet's recursion. */
function legendre(degree: number, x: number): readonly number[] {
  let before = 1
  let last = x
  const values = [before, last]
  for (let m = 1; m < degree; m += 1) {
    const next = ((2 * m + 1) * x * last - m * before) / (m + 1)
    before = last
    last = next
    values.push(next)
  }
  return values
}

/** From -1 to x, each times (2m + 1): `P_{m+1} - P_{m-1}`. */
function integralsOfLegendre(degree: number, x: number): readonly number[] {
  const values = legendre(degree + 1, x)
  return values.slice(1).map((above, m) => above - (m === 0 ? -1 : (values[m - 1] ?? 0)))
}

function slopeOfLegendre(n: number, x: number): number {
  const [before = 0, last = 0] = legendre(n, x).slice(-2)
  return (n * (x * last - before)) / (x ** 2 - 1)
}

function rootOfLegendre(n: number, index: number): number {
  // Tricomi's guess, good to three digits.
  let root = -Math.cos((Math.PI * (index + 0.75)) / (n + 0.5))
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    root -= (legendre(n, root).at(-1) ?? 0) / slopeOfLegendre(n, root)
  }
  return root
}
