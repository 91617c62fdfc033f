/**
 * Whether the address is of one of these domains, or of one below: those cost nobody anything.
 *
 * @param identity a normalised address
 * @param blocked lower case, as A-labels
 */
export function isBlocked(identity: string, blocked: ReadonlySet<string>): boolean {
  const labels = identity.slice(identity.lastIndexOf('@') + 1).split('.')
  return labels.some((_label, at) => blocked.has(labels.slice(at).join('.')))
}
