import type { FieldIssue } from '../contract/errors.ts'

/** Answers of a form are two or three levels deep; what recurses over JSON breaks at some thousands. */
const DEPTH_MAX = 16

interface Place {
  readonly value: unknown
  readonly path: readonly string[]
}

/**
 * What is wrong with parsed JSON wherever it ends up: Postgres takes neither NUL nor half a surrogate
 * pair, RPC and `JSON.stringify` recurse, and a key named `__proto__` is no data.
 *
 * @returns `null` if it can be kept
 */
export function unstorable(json: unknown): FieldIssue | null {
  const places: Place[] = [{ value: json, path: [] }]
  // A stack of our own: depth is one of the things that are judged.
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, path } = place
    const problem = problemOf(value, path)
    if (problem !== null) return problem
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      places.push({ value: inner, path: [...path, key] })
    }
  }
  return null
}

function problemOf(value: unknown, path: readonly string[]): FieldIssue | null {
  const key = path.at(-1)
  if (path.length > DEPTH_MAX) return { path: '', message: `is nested deeper than ${DEPTH_MAX}` }
  if (key === '__proto__') return { path: path.join('.'), message: 'is not a known field' }
  const isText = [key ?? '', value].every((text) => typeof text !== 'string' || isKeepable(text))
  return isText ? null : { path: path.join('.'), message: 'must not hold NUL or broken Unicode' }
}

const isKeepable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
