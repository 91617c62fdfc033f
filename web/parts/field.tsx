import { type ComponentProps, useId } from 'react'

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: string
  /** What is wrong with it; the field is then marked, and the words are read with it. */
  readonly problem?: string | null
}

/** A label, an input, and what there is to say about it. */
export function Field({ label, hint, problem, className = '', ...input }: FieldProps) {
  const id = useId()
  const wrong = problem !== undefined && problem !== null
  const described = [hint === undefined ? '' : `${id}-hint`, wrong ? `${id}-problem` : '']
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described.join(' ').trim() || undefined}
      />
      {hint === undefined ? null : (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p className="field-problem" id={`${id}-problem`} role={wrong ? 'alert' : undefined}>
        {problem}
      </p>
    </div>
  )
}
