import { useId } from 'react'

interface FileChoiceProps {
  readonly file: File | null
  readonly onChoose: (file: File | null) => void
}

/** So that nobody has to look for a file to see what happens. */
const SAMPLES: readonly (readonly [string, string, string])[] = [
  ['A good one', 'tasks.csv', 'title,due\nPaint the door,Monday\nOil the hinges,Tuesday\n'],
  ['One without titles', 'people.csv', 'name,age\nAda,36\n'],
  ['A picture', 'door.png', 'not really'],
]

/** A file of one's own, or one of ours; it is read in the browser and sent nowhere. */
export function FileChoice({ file, onChoose }: FileChoiceProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>CSV file</label>
      <input
        id={id}
        className="input"
        type="file"
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChoose(target.files?.[0] ?? null)}
      />
      <output className="hint" id={`${id}-hint`}>
        {file === null ? 'It is read here and sent nowhere.' : `Chosen: ${file.name}`}
      </output>
      <p className="row quiet-text">
        Or try:
        {SAMPLES.map(([name, fileName, text]) => (
          <button
            key={fileName}
            type="button"
            className="link"
            onClick={() => onChoose(new File([text], fileName))}
          >
            {name}
          </button>
        ))}
      </p>
    </div>
  )
}
