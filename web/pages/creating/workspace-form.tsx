import { type SubmitEvent, useEffect, useState } from 'react'
import { isPassing } from '../../../client/errand.ts'
import type { DraftState, Saving } from '../../../client/react/draft-saver.ts'
import { useDraft } from '../../../client/react/use-draft.ts'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'
import { changeSample } from '../../product/data/sample-store.ts'

const WORDS: Readonly<Record<Saving, string>> = {
  untouched: '',
  saving: 'Saving…',
  saved: 'Saved. It is yours when you come in.',
  not_saved: 'Not saved yet; we keep trying.',
}

interface WorkspaceFormProps {
  /** Whether there is something that is not saved yet. */
  readonly onBusy: (busy: boolean) => void
}

/** What the waiting can be used for. */
export function WorkspaceForm({ onBusy }: WorkspaceFormProps) {
  const { saving, problem, change, saveNow } = useDraft()
  const [name, setName] = useState('')
  const [sent, setSent] = useState(true)
  const busy = !sent || saving === 'saving'
  useEffect(() => onBusy(busy), [busy, onBusy])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    change({ workspace: name.trim() })
    // The sample product calls itself that at once.
    changeSample((sample) => ({ ...sample, workspace: name.trim() }))
    saveNow()
    foyer.track({ type: 'form_submit', target: 'workspace' })
    setSent(true)
  }
  return (
    <form className="divided stack-s" onSubmit={submit}>
      <Field
        label="Meanwhile: what shall your workspace be called?"
        name="workspace"
        autoComplete="organization"
        placeholder="Ada’s workshop"
        maxLength={80}
        required
        value={name}
        onChange={({ target }) => {
          setName(target.value)
          setSent(target.value.trim() === '')
        }}
      />
      <div className="row">
        <button type="submit" className="button quiet">
          Save name
        </button>
        <output className="quiet-text">{wordsOf({ saving, problem })}</output>
      </div>
    </form>
  )
}

/** A refusal is said in the server's words: trying again by itself would be in vain. */
const wordsOf = ({ saving, problem }: Pick<DraftState, 'saving' | 'problem'>): string =>
  saving === 'not_saved' && problem !== null && !isPassing(problem)
    ? problem.message
    : WORDS[saving]
