import { useEffect, useState } from 'react'
import type { Claiming } from '../../../client/react/use-claim.ts'
import { useHydrated } from '../../parts/use-hydrated.ts'

/** The server sends one mail a minute, however often it is asked. */
const COOL_DOWN_SECONDS = 60
const SECOND_MS = 1_000

/** Asks for the mail again, and says when that makes sense. */
export function CodeMail({ mail }: { readonly mail: Claiming['mail'] }) {
  const [wait, setWait] = useState(0)
  const waiting = wait > 0 && mail.problem === null
  useEffect(() => {
    if (!waiting) return
    const timer = setInterval(() => setWait((left) => left - 1), SECOND_MS)
    return () => clearInterval(timer)
  }, [waiting])
  return (
    <div className="divided stack-s">
      <p className="row">
        <button
          type="button"
          className="link"
          disabled={mail.pending || waiting}
          onClick={() => {
            mail.request()
            setWait(COOL_DOWN_SECONDS)
          }}
        >
          Send the code again
        </button>
        {waiting ? <span className="quiet-text number">in {wait} s</span> : null}
      </p>
      <output className="quiet-text">{wordOf(mail)}</output>
      <Inbox />
    </div>
  )
}

function wordOf({ sent, problem }: Claiming['mail']): string {
  if (problem?.code === 'offline') return 'No connection. Please try again.'
  if (problem !== null) return problem.message
  return sent
    ? 'On its way. Look among the unwanted mails, too.'
    : 'Nothing came? Look among the unwanted mails, too.'
}

/** Where `npm start` keeps the mails that it sends to nobody: on the next port of this machine. */
function Inbox() {
  const hydrated = useHydrated()
  if (!hydrated || !['127.0.0.1', 'localhost'].includes(location.hostname)) return null
  const inbox = `http://${location.hostname}:${Number(location.port) + 1}/inbox`
  return (
    <p className="quiet-text">
      This is a machine of your own: <a href={inbox}>read its mails</a>.
    </p>
  )
}
