import { useId } from 'react'
import type { Project } from '../data/sample.ts'

interface ProjectChoiceProps {
  readonly projects: readonly Project[]
  /** The id of the one that is chosen at first. */
  readonly first?: string
}

export function ProjectChoice({ projects, first }: ProjectChoiceProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Project</label>
      <select id={id} className="input" name="project" defaultValue={first}>
        {projects.map((project) => (
          <option key={project.id} value={project.id}>
            {project.name}
          </option>
        ))}
      </select>
    </div>
  )
}
