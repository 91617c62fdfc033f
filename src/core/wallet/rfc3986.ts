// The rules of RFC 3986, appendix A, as sources of regular expressions. The alternatives of each are
// disjoint, so that none of them ever tries a text twice.

const UNRESERVED = String.raw`A-Za-z0-9\-._~`
const SUB_DELIMS = "!$&'()*+,;="
const GEN_DELIMS = String.raw`:/?#\[\]@`
const PCT_ENCODED = '%[0-9A-Fa-f]{2}'
const PCHAR = `(?:[${UNRESERVED}${SUB_DELIMS}:@]|${PCT_ENCODED})`

export const SCHEME = String.raw`[A-Za-z][A-Za-z0-9+\-.]*`

const USERINFO = `(?:[${UNRESERVED}${SUB_DELIMS}:]|${PCT_ENCODED})*`
/** Which groups an IPv6 address has is checked apart; addresses of the future are not known. */
const IP_LITERAL = String.raw`\[[0-9A-Fa-f:.]+\]`
const REG_NAME = `(?:[${UNRESERVED}${SUB_DELIMS}]|${PCT_ENCODED})*`
export const AUTHORITY = String.raw`(?:${USERINFO}@)?(?:${IP_LITERAL}|${REG_NAME})(?::\d*)?`

const SEGMENTS = `(?:/${PCHAR}*)*`
const HIER_PART = `(?://${AUTHORITY}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${PCHAR}+${SEGMENTS}|)`
const QUERY = `(?:${PCHAR}|[/?])*`
const URI = new RegExp(String.raw`^${SCHEME}:${HIER_PART}(?:\?${QUERY})?(?:#${QUERY})?$`)

const PCHARS = new RegExp(`^${PCHAR}*$`)
const PLAIN_TEXT = new RegExp(`^[${UNRESERVED}${SUB_DELIMS}${GEN_DELIMS} ]*$`)

export const isUri = (text: string): boolean => URI.test(text) && hasSoundHost(text)

/** `*pchar` */
export const isPchars = (text: string): boolean => PCHARS.test(text)

/** `*( reserved / unreserved / " " )`, as EIP-4361 wants its statement. */
export const isPlainText = (text: string): boolean => PLAIN_TEXT.test(text)

/** The platform's URL parser knows every spelling of an IPv6 address. */
export function hasSoundHost(text: string): boolean {
  const literal = /\/\/(?:[^/?#]*@)?(\[[^\]/?#]*\])/.exec(text)?.[1]
  return literal === undefined || URL.canParse(`http://${literal}/`)
}
