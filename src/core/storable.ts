import type { FieldIssue } from '../contract/errors.ts'

/** Answers of a form are two or three levels deep; what recurses over JSON breaks at some thousands. */
const DEPTH_MAX = 16

/** A place in the JSON. Its path is told only if something is wrong there: most bodies are fine. */
interface Place {
  readonly value: object
  readonly depth: number
  readonly key: string
  readonly parent: Place | null
}

/**
 * What is wrong with parsed JSON wherever it ends up: Postgres takes neither NUL nor half a surrogate
 * pair, RPC and `JSON.stringify` recurse, and a key named `__proto__` is no data.
 *
 * @returns `null` if it can be kept
 */
export function unstorable(json: unknown): FieldIssue | null {
  if (typeof json === 'string') return isKeepable(json) ? null : { path: '', message: BROKEN_TEXT }
  if (!isNested(json)) return null
  const places: Place[] = [{ value: json, depth: 0, key: '', parent: null }]
  // A stack of our own: depth is one of the things that are judged.
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    for (const [key, value] of Object.entries(place.value)) {
      const problem = problemOf(key, value, place.depth + 1)
      if (problem === TOO_DEEP) return { path: '', message: problem }
      if (problem !== null) return { path: pathOf(place, key), message: problem }
      if (isNested(value)) places.push({ value, depth: place.depth + 1, key, parent: place })
    }
  }
  return null
}

const TOO_DEEP = `is nested deeper than ${DEPTH_MAX}`
const BROKEN_TEXT = 'must not hold NUL or broken Unicode'

function problemOf(key: string, value: unknown, depth: number): string | null {
  if (depth > DEPTH_MAX) return TOO_DEEP
  if (key === '__proto__') return 'is not a known field'
  return isKeepable(key) && (typeof value !== 'string' || isKeepable(value)) ? null : BROKEN_TEXT
}

function pathOf(place: Place, last: string): string {
  const keys = [last]
  for (let at = place; at.parent !== null; at = at.parent) keys.push(at.key)
  return keys.toReversed().join('.')
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null

const isKeepable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
