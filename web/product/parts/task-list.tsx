import { type Task, toggleTask } from '../data/sample.ts'
import { changeSample } from '../data/sample-store.ts'

export const TaskList = ({ tasks }: { readonly tasks: readonly Task[] }) => (
  <ul className="list">
    {tasks.map(({ id, title, done }) => (
      <li key={id}>
        <label className="check">
          <input
            type="checkbox"
            checked={done}
            onChange={() => changeSample((sample) => toggleTask(sample, id))}
          />
          <span className={done ? 'struck' : ''}>{title}</span>
        </label>
      </li>
    ))}
  </ul>
)
