import { type SubmitEvent, useState } from 'react'
import type { Saving } from '../../../client/react/draft-saver.ts'
import { useDraft } from '../../../client/react/use-draft.ts'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'

const WORDS: Readonly<Record<Saving, string>> = {
  untouched: '',
  saving: 'Saving…',
  saved: 'Saved. It is yours when you come in.',
  not_saved: 'Not saved yet; we keep trying.',
}

interface WorkspaceFormProps {
  /** Whether there is something that was not sent. */
  readonly onTyping: (typing: boolean) => void
}

/** What the waiting can be used for. */
export function WorkspaceForm({ onTyping }: WorkspaceFormProps) {
  const { saving, change, saveNow } = useDraft()
  const [name, setName] = useState('')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    change({ workspace: name.trim() })
    saveNow()
    foyer.track({ type: 'form_submit', target: 'workspace' })
    onTyping(false)
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
          onTyping(target.value.trim() !== '')
        }}
      />
      <div className="row">
        <button type="submit" className="button quiet">
          Save name
        </button>
        <output className="quiet-text">{WORDS[saving]}</output>
      </div>
    </form>
  )
}
