import { type SubmitEvent, useState } from 'react'
import { newId } from '../../../client/new-id.ts'
import { Field } from '../../parts/field.tsx'
import { foyer } from '../../parts/foyer.ts'
import { addTasks } from '../data/sample.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { NeedsProject } from '../parts/needs-project.tsx'
import { ProjectChoice } from '../parts/project-choice.tsx'
import { formText } from '../parts/form-text.ts'
import { go } from '../router.ts'

export function NewTask() {
  const { projects } = useSample()
  const [first] = useState(() => new URLSearchParams(location.search).get('project') ?? '')
  return (
    <>
      <PageHead title="New task" lead="Something that can be done, and then is." />
      {projects.length === 0 ? (
        <NeedsProject />
      ) : (
        <form className="card stack form-card" onSubmit={create}>
          <Field label="What is to be done?" name="title" maxLength={160} required />
          <ProjectChoice projects={projects} first={first} />
          <p>
            <button type="submit" className="button">
              Add task
            </button>
          </p>
        </form>
      )}
    </>
  )
}

function create(event: SubmitEvent<HTMLFormElement>): void {
  event.preventDefault()
  const projectId = formText(event.currentTarget, 'project')
  const title = formText(event.currentTarget, 'title')
  const task = { id: newId(), projectId, title, done: false }
  changeSample((sample) => addTasks(sample, [task]))
  foyer.track({ type: 'form_submit', target: 'task' })
  go(`/projects/${projectId}`)
}
