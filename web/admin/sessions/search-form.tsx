import type { SubmitEvent } from 'react'
import type { SessionSearch } from '../../../src/contract/people.ts'
import { textOf } from '../parts/text-of.ts'
import { questionOf, STATES } from './question.ts'

/** One field for whatever somebody has: what it is shows in how it looks. */
export function SearchForm({ search }: { readonly search: (by: Partial<SessionSearch>) => void }) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    search(questionOf(textOf(form, 'who'), textOf(form, 'state'), form.has('account')))
  }
  return (
    <search>
      <form className="row search" onSubmit={submit}>
        <div className="field grow">
          <label htmlFor="who">Address or id</label>
          <input className="input" id="who" name="who" autoComplete="off" spellCheck={false} />
        </div>
        <div className="field">
          <label htmlFor="state">State</label>
          <select className="input" id="state" name="state">
            <option value="">any</option>
            {Object.entries(STATES).map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </div>
        <label className="check">
          <input type="checkbox" name="account" />
          It is an account’s id
        </label>
        <button className="button" type="submit">
          Find
        </button>
      </form>
    </search>
  )
}
