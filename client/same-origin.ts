/** What browsers commonly carry; a longer one was not written by a product. */
const PATH_MAX_CHARS = 2_048

/** Never reached: a stand-in that no candidate can name. */
const HERE = 'https://here.invalid'

/** Browsers drop some of these and read others as slashes: `/\tx` and `/\x` may both leave the origin. */
const TREACHEROUS = /[\p{Cc}\s\\]/u

/**
 * The page that a link, or a `?next=` of somebody else's making, may lead to: an absolute path of this
 * origin, with its query and fragment, as a browser would read it. Else `null`.
 */
export function sameOriginPath(candidate: string | null | undefined): string | null {
  if (candidate === null || candidate === undefined || candidate.length > PATH_MAX_CHARS)
    return null
  if (!candidate.startsWith('/') || TREACHEROUS.test(candidate)) return null
  if (!URL.canParse(candidate, HERE)) return null
  const url = new URL(candidate, HERE)
  // `/..//elsewhere` becomes `//elsewhere`, which is another origin to whoever resolves it again.
  if (url.origin !== HERE || url.pathname.startsWith('//')) return null
  return url.pathname + url.search + url.hash
}
