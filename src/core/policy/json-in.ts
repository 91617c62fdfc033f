/**
 * The first JSON object in a text: models fence it, and say something before and after.
 *
 * @returns `undefined` if there is none
 */
export function jsonIn(text: string): unknown {
  const start = text.indexOf('{')
  if (start === -1) return undefined
  const end = endOfObject(text, start)
  if (end === null) return undefined
  try {
    return JSON.parse(text.slice(start, end))
  } catch {
    return undefined
  }
}

/** The place after the bracket that closes the one at `start`; brackets within strings are text. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at]
    if (inString) {
      if (sign === '\\') at += 1
      else if (sign === '"') inString = false
    } else if (sign === '"') inString = true
    else if (sign === '{') depth += 1
    else if (sign === '}') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return null
}
