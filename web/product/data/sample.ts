/** What somebody made in the sample product. It lies in their own browser and nowhere else. */
export interface Sample {
  readonly workspace: string
  readonly projects: readonly Project[]
  readonly tasks: readonly Task[]
  readonly invited: readonly string[]
  readonly connected: readonly string[]
  readonly notify: readonly string[]
  /** The last four digits of the sample card in use. */
  readonly card: string | null
}

export interface Project {
  readonly id: string
  readonly name: string
}

export interface Task {
  readonly id: string
  readonly projectId: string
  readonly title: string
  readonly done: boolean
}

export const EMPTY: Sample = {
  workspace: '',
  projects: [],
  tasks: [],
  invited: [],
  connected: [],
  notify: [],
  card: null,
}

/** More than anybody tries; a browser keeps about five million characters for us. */
const TASKS_MAX = 2_000

export const addProject = (sample: Sample, project: Project): Sample => ({
  ...sample,
  projects: [...sample.projects, project],
})

export const addTasks = (sample: Sample, tasks: readonly Task[]): Sample => ({
  ...sample,
  tasks: [...sample.tasks, ...tasks].slice(0, TASKS_MAX),
})

export const toggleTask = (sample: Sample, id: string): Sample => ({
  ...sample,
  tasks: sample.tasks.map((task) => (task.id === id ? { ...task, done: !task.done } : task)),
})

export const tasksOf = (sample: Sample, projectId: string): readonly Task[] =>
  sample.tasks.filter((task) => task.projectId === projectId)
