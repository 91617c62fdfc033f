/**
 * The part of a client's address that one customer of a network holds: an IPv4 address, or the /64
 * of an IPv6 one, of which anybody has 2^64. IPv4 mapped into IPv6 is the IPv4 address.
 *
 * @param address as the edge reports it; anything that is not an address is one common bucket, so
 *   that rubbish buys no fresh allowance
 */
export function clientPrefix(address: string | null): string {
  if (address === null) return 'unknown'
  if (isIPv4(address)) return address
  const groups = expandIPv6(address)
  if (groups === null) return 'unknown'
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped) return ipv4Of(groups[6] ?? 0, groups[7] ?? 0)
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

const isIPv4 = (text: string): boolean =>
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((octet) => Number(octet) <= 255)

const ipv4Of = (high: number, low: number): string =>
  [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')

/** The URL parser knows every spelling of an IPv6 address and compresses it to one. */
function expandIPv6(text: string): number[] | null {
  const url = `http://[${text}]/`
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !URL.canParse(url)) return null
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::')
  const left = parseGroups(head)
  const right = tail === undefined ? [] : parseGroups(tail)
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

const parseGroups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
