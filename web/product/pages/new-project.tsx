import type { SubmitEvent } from 'react'
import { newId } from '../../../client/new-id.ts'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'
import { addProject } from '../data/sample.ts'
import { changeSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { formText } from '../parts/form-text.ts'
import { go } from '../router.ts'

export const NewProject = () => (
  <>
    <PageHead title="New project" lead="A name is enough. It can be changed by nobody but you." />
    <form className="card stack form-card" onSubmit={create}>
      <Field
        label="Name"
        name="name"
        placeholder="Move into the new office"
        maxLength={80}
        required
      />
      <p>
        <button type="submit" className="button">
          Create project
        </button>
      </p>
    </form>
  </>
)

function create(event: SubmitEvent<HTMLFormElement>): void {
  event.preventDefault()
  const id = newId()
  const name = formText(event.currentTarget, 'name')
  changeSample((sample) => addProject(sample, { id, name }))
  foyer.track({ type: 'form_submit', target: 'project' })
  go(`/projects/${id}`)
}
