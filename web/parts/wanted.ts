import { sameOriginPath } from '../../client/same-origin.ts'
import { useHydrated } from './use-hydrated.ts'

export const HOME = '/dashboard'

/** The page that the person was on their way to: `?to=`, if it is one of ours. */
export const wantedPage = (): string =>
  sameOriginPath(new URLSearchParams(location.search).get('to')) ?? HOME

/** The same for markup, where the server could not know it. */
export const useWanted = (): string => (useHydrated() ? wantedPage() : HOME)

/** An address of ours that leads on to the wanted one. */
export const via = (page: string, wanted: string): string =>
  wanted === HOME ? page : `${page}?to=${encodeURIComponent(wanted)}`
