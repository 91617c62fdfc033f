import { type SubmitEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { DoneNote } from '../parts/done-note.tsx'
import { formText } from '../parts/form-text.ts'

export function Invite() {
  const { invited } = useSample()
  const [last, setLast] = useState('')
  const invite = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const email = formText(form, 'teammate')
    changeSample((sample) => ({ ...sample, invited: [...new Set([...sample.invited, email])] }))
    foyer.track({ type: 'form_submit', target: 'invite' })
    setLast(email)
    form.reset()
  }
  return (
    <>
      <PageHead title="Team" lead="Plans that two people see get done." />
      <form className="card stack form-card" onSubmit={invite}>
        <Field
          label="Email of a teammate"
          name="teammate"
          type="email"
          autoComplete="off"
          placeholder="grace@company.com"
          hint="This is a sample: nobody is written to."
          required
        />
        <p>
          <button type="submit" className="button">
            Invite
          </button>
        </p>
        <DoneNote>{last === '' ? '' : `${last} is invited.`}</DoneNote>
      </form>
      {invited.length === 0 ? null : (
        <section className="card stack-s form-card">
          <h2>Invited</h2>
          <ul className="list">
            {invited.map((email) => (
              <li key={email}>
                {email} <span className="end tag">waiting</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
