/** Named keys change, an empty value takes its key away, an empty whole takes all. */
export function mergeMetadata(
  before: Record<string, string>,
  change: Record<string, string> | '',
): Record<string, string> {
  return change === '' ? {} : presentOf({ ...before, ...change })
}

export function presentOf(
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const present: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') present[name] = value
  }
  return present
}
