import { type SubmitEvent, useState } from 'react'
import { foyer } from '../../parts/foyer.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { DoneNote } from '../parts/done-note.tsx'

const KINDS = [
  ['mentions', 'Somebody mentions me'],
  ['due', 'Something of mine is due'],
  ['digest', 'Once a week, what happened'],
] as const

export function Notifications() {
  const { notify } = useSample()
  const [saved, setSaved] = useState(false)
  const save = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const chosen = new FormData(event.currentTarget).getAll('notify')
    const kinds = chosen.filter((kind) => typeof kind === 'string')
    changeSample((sample) => ({ ...sample, notify: kinds }))
    foyer.track({ type: 'form_submit', target: 'notifications' })
    setSaved(true)
  }
  return (
    <>
      <PageHead title="Notifications" lead="What may interrupt you. Nothing, to begin with." />
      <form className="card stack form-card" onSubmit={save} onChange={() => setSaved(false)}>
        <fieldset className="choices">
          <legend>Tell me when</legend>
          {KINDS.map(([kind, words]) => (
            <label key={kind} className="check">
              <input
                type="checkbox"
                name="notify"
                value={kind}
                defaultChecked={notify.includes(kind)}
              />
              {words}
            </label>
          ))}
        </fieldset>
        <p>
          <button type="submit" className="button">
            Save
          </button>
        </p>
        <DoneNote>{saved ? 'Saved.' : ''}</DoneNote>
      </form>
    </>
  )
}
