import { type SubmitEvent, useEffect, useState } from 'react'
import type { Profile as Account } from '../../../client/foyer.ts'
import { usePerson } from '../../../client/react/use-snapshot.ts'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'
import { changeSample, forgetSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { AccountFacts } from '../parts/account-facts.tsx'
import { DoneNote } from '../parts/done-note.tsx'
import { formText } from '../parts/form-text.ts'

export function Profile() {
  const person = usePerson()
  const { workspace } = useSample()
  const [account, setAccount] = useState<Account | null>(null)
  const [note, setNote] = useState('')
  useEffect(() => {
    if (person.kind !== 'member') return
    void foyer.me().then((me) => me.ok && setAccount(me.value))
  }, [person.kind])
  const save = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = formText(event.currentTarget, 'workspace')
    changeSample((sample) => ({ ...sample, workspace: name }))
    // Part of the account once the address is proved; later the name is this browser's.
    if (person.kind === 'session') void foyer.saveDraft({ workspace: name })
    foyer.track({ type: 'form_submit', target: 'workspace' })
    setNote('Saved.')
  }
  const [forgotten, setForgotten] = useState(0)
  const forget = () => {
    forgetSample()
    setForgotten(forgotten + 1)
  }
  const name = workspace || nameIn(account)
  return (
    <>
      <PageHead title="Profile" lead="Who you are here." />
      <form className="card stack form-card" onSubmit={save}>
        <Field
          // Drawn anew for what comes from elsewhere; saving keeps the focus where it is.
          key={`${nameIn(account)} ${forgotten}`}
          label="Workspace name"
          name="workspace"
          defaultValue={name}
          maxLength={80}
          required
        />
        <p>
          <button type="submit" className="button">
            Save name
          </button>
        </p>
        <DoneNote>{note}</DoneNote>
      </form>
      <AccountFacts person={person} account={account} />
      <p>
        <button type="button" className="link" onClick={forget}>
          Forget my sample projects and tasks
        </button>
      </p>
    </>
  )
}

/** What the account calls the workspace, once it was asked for. */
function nameIn(account: Account | null): string {
  const name = account?.profile['workspace']
  return typeof name === 'string' ? name : ''
}
