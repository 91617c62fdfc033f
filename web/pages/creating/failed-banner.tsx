import { useWanted } from '../../parts/wanted.ts'

/** What it means, and a way on. The address is remembered here, not in the link. */
export function FailedBanner({ reason }: { readonly reason: string | null }) {
  const wanted = useWanted()
  return (
    <div className="banner bad" role="alert">
      <p>
        <strong>{reason ?? 'Something behind us did not work.'}</strong>
      </p>
      <p>
        Nothing was charged, and your address is safe. You can try again at once; if it fails again,
        it is on our list, and a person looks at it.
      </p>
      <p className="row">
        <a className="button" href={`/?again&to=${encodeURIComponent(wanted)}`}>
          Try again
        </a>
        <a href="/help">Ask for help</a>
      </p>
    </div>
  )
}
