import { type SubmitEvent, useState } from 'react'
import { newId } from '../../../client/new-id.ts'
import { foyer } from '../../parts/foyer.ts'
import { type ImportError, readTable } from '../data/read-table.ts'
import { addTasks } from '../data/sample.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'
import { FileChoice } from '../parts/file-choice.tsx'
import { DoneNote } from '../parts/done-note.tsx'
import { NeedsProject } from '../parts/needs-project.tsx'
import { ProjectChoice } from '../parts/project-choice.tsx'
import { formText } from '../parts/form-text.ts'

const WORDS: Readonly<Record<ImportError, string>> = {
  file_type: 'This is no CSV file. Save the spreadsheet as CSV, and choose that.',
  file_too_large: 'This file is larger than one megabyte. Split it, and import the parts.',
  columns_missing: 'No column is called “title”. Rename the one that holds the tasks.',
}

export function Import() {
  const { projects } = useSample()
  const [file, setFile] = useState<File | null>(null)
  const [outcome, setOutcome] = useState<number | ImportError | null>(null)
  const run = async (form: HTMLFormElement, table: File) => {
    const projectId = formText(form, 'project')
    const read = await readTable(table)
    if (!read.ok) {
      foyer.track({ type: 'form_submit', target: 'import', error: read.error })
      return setOutcome(read.error)
    }
    const tasks = read.titles.map((title) => ({
      id: newId(),
      projectId,
      title,
      done: false,
    }))
    changeSample((sample) => addTasks(sample, tasks))
    foyer.track({ type: 'form_submit', target: 'import' })
    setOutcome(tasks.length)
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (file !== null) void run(event.currentTarget, file)
  }
  return (
    <>
      <PageHead title="Import" lead="The tasks you already have, from a spreadsheet." />
      {projects.length === 0 ? (
        <NeedsProject />
      ) : (
        <form className="card stack form-card" onSubmit={submit}>
          <FileChoice file={file} onChoose={setFile} />
          <ProjectChoice projects={projects} />
          <p>
            <button type="submit" className="button" disabled={file === null}>
              Import tasks
            </button>
          </p>
          {typeof outcome === 'string' ? (
            <p className="problem" role="alert">
              {WORDS[outcome]} <Link to="/help">Which files can be read?</Link>
            </p>
          ) : null}
          <DoneNote>{typeof outcome === 'number' ? `${outcome} tasks imported.` : ''}</DoneNote>
        </form>
      )}
    </>
  )
}
