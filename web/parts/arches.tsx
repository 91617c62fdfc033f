const PATHS = [
  'M24 62V34a8 8 0 0 1 16 0v28',
  'M15 62V33a17 17 0 0 1 34 0v29',
  'M6 62V32a26 26 0 0 1 52 0v30',
] as const

/** One arch for each step, drawn from within; the list beside it says the same in words. */
export const Arches = (props: { readonly done: number; readonly state?: 'merged' | 'failed' }) => (
  <svg className={`arches ${props.state ?? ''}`} viewBox="0 0 64 64" aria-hidden="true">
    {PATHS.map((path) => (
      <path key={path} className="outline" d={path} />
    ))}
    {PATHS.map((path, at) => (
      <path
        key={path}
        className={at < props.done ? 'drawn done' : 'drawn'}
        d={path}
        pathLength={1}
      />
    ))}
  </svg>
)
