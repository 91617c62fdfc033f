/** What a path of the browser is within the product: `/projects/42` is `/projects/:id`. */
export function pageOf(pages: readonly string[], path: string): string | undefined {
  const parts = partsOf(path)
  return pages.find((page) => fits(partsOf(page), parts))
}

/** Queries and fragments may hold anything. */
const partsOf = (path: string): readonly string[] =>
  (path.split(/[?#]/, 1)[0] ?? '').replace(/\/$/, '').split('/')

const fits = (page: readonly string[], parts: readonly string[]): boolean =>
  page.length === parts.length &&
  page.every((part, at) => (part.startsWith(':') ? parts[at] !== '' : part === parts[at]))
