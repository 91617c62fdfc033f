/** The first thing that is wrong; `null`: nothing. */
export function first<Item>(
  items: Iterable<Item>,
  check: (item: Item) => string | null,
): string | null {
  for (const item of items) {
    const wrong = check(item)
    if (wrong !== null) return wrong
  }
  return null
}

/** Whatever is there more than once. */
export function repeated(names: readonly string[]): string | null {
  return new Set(names).size === names.length
    ? null
    : `${names.find((name, at) => names.indexOf(name) !== at)} more than once`
}
