import { type ReactNode, type SubmitEvent, useEffect, useState } from 'react'
import type { OperatorResponse } from '../../src/contract/admin.ts'
import { type Desk, DeskContext, openDesk } from './desk.ts'
import { textOf } from './parts/text-of.ts'
import { Waiting } from './waiting.tsx'

/** For as long as the tab: a shared machine forgets who was there. */
const TOKEN_KEY = 'foyer.admin'

type Door =
  | { readonly state: 'looking' }
  | { readonly state: 'closed'; readonly problem: string | null }
  | { readonly state: 'open'; readonly desk: Desk }

/** @param token `null`: whoever Cloudflare Access says */
async function tryDoor(token: string | null): Promise<Door> {
  const answer = await openDesk(token, null).read<OperatorResponse>('/operator')
  if (answer.ok) return { state: 'open', desk: openDesk(token, answer.value.operator) }
  const asked = answer.error.code === 'unauthorized' && token === null
  return { state: 'closed', problem: asked ? null : answer.error.message }
}

/** Lets in whom the server lets in. Behind Cloudflare Access nobody is asked for anything. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const [door, setDoor] = useState<Door>({ state: 'looking' })
  useEffect(() => {
    void tryDoor(sessionStorage.getItem(TOKEN_KEY)).then(setDoor)
  }, [])
  const knock = async (token: string) => {
    const next = await tryDoor(token)
    if (next.state === 'open') sessionStorage.setItem(TOKEN_KEY, token)
    setDoor(next)
  }
  switch (door.state) {
    case 'looking':
      return <Waiting />
    case 'open':
      return <DeskContext value={door.desk}>{children}</DeskContext>
    case 'closed':
      return <TokenForm problem={door.problem} knock={(token) => void knock(token)} />
  }
}

function TokenForm(props: {
  readonly problem: string | null
  readonly knock: (token: string) => void
}) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    props.knock(textOf(new FormData(event.currentTarget), 'token'))
  }
  return (
    <main className="admin-gate">
      <form className="card raised stack" onSubmit={submit}>
        <h1>Operators only</h1>
        <div className="field">
          <label htmlFor="token">Admin token</label>
          <input
            className="input"
            id="token"
            name="token"
            type="password"
            autoComplete="off"
            required
          />
          <p className="hint">
            On your own machine it is <code>ADMIN_TOKEN</code> in <code>.data/secrets.json</code>.
            It stays in this tab.
          </p>
        </div>
        <button className="button" type="submit">
          Come in
        </button>
        <p className="problem" role="alert">
          {props.problem}
        </p>
      </form>
    </main>
  )
}
