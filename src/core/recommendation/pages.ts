type Parts = readonly string[]

interface Page {
  readonly page: string
  readonly parts: Parts
}

const split = new WeakMap<readonly string[], readonly Page[]>()

/** Longer than any address of a product. */
const PATH_MAX_CHARS = 2_048

/**
 * What a path of the browser is within the product: `/projects/42` is `/projects/:id`, unless there is
 * a page of just that name. The pattern is kept, never the path.
 */
export function pageOf(pages: readonly string[], path: string): string | undefined {
  if (!path.startsWith('/') || path.length > PATH_MAX_CHARS) return undefined
  const parts = partsOf(path)
  if (parts.some((part) => DOTS.test(part))) return undefined
  const fitting = splitOnce(pages).filter((page) => fits(page.parts, parts))
  return (fitting.find(({ page }) => !page.includes(':')) ?? fitting[0])?.page
}

/** Browsers resolve these before they tell where they are. */
const DOTS = /^(?:\.|%2e){1,2}$/i

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
