type Parts = readonly string[]

interface Page {
  readonly page: string
  readonly parts: Parts
}

const split = new WeakMap<readonly string[], readonly Page[]>()

/** What a path of the browser is within the product: `/projects/42` is `/projects/:id`. */
export function pageOf(pages: readonly string[], path: string): string | undefined {
  const parts = partsOf(path)
  return splitOnce(pages).find((page) => fits(page.parts, parts))?.page
}

/** Of a catalogue, which never changes, while paths come by the thousand. */
function splitOnce(pages: readonly string[]): readonly Page[] {
  const known = split.get(pages)
  if (known !== undefined) return known
  const made = pages.map((page) => ({ page, parts: partsOf(page) }))
  split.set(pages, made)
  return made
}

/** Queries and fragments may hold anything. */
const partsOf = (path: string): Parts =>
  (path.split(/[?#]/, 1)[0] ?? '').replace(/\/$/, '').split('/')

const fits = (page: Parts, parts: Parts): boolean =>
  page.length === parts.length &&
  page.every((part, at) => (part.startsWith(':') ? parts[at] !== '' : part === parts[at]))
