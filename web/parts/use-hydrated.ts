import { useSyncExternalStore } from 'react'

const never = (): (() => void) => () => undefined

/** `false` on the server and in the browser's first render, which must be the same; then `true`. */
export const useHydrated = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
