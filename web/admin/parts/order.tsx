import { Dialog } from '@base-ui/react/dialog'
import { type ReactNode, type SubmitEvent, useId, useState } from 'react'
import type { Problem } from '../../../client/problem.ts'
import type { Result } from '../../../src/contract/result.ts'
import { type Order, useDesk } from '../desk.ts'
import { textOf } from './text-of.ts'

interface OrderProps {
  /** On the button, and over the dialog. */
  readonly title: string
  /** What will happen; the person reads it before they sign. */
  readonly children?: ReactNode
  readonly grave?: true
  readonly disabled?: boolean
  readonly send: (order: Order) => Promise<Result<unknown, Problem>>
  readonly done: () => void
}

const OPERATOR_KEY = 'foyer.operator'

/** A button for what is written into the audit: it asks who does it, and why. */
export function OrderButton({ title, children, grave, disabled = false, send, done }: OrderProps) {
  const [open, setOpen] = useState(false)
  const tint = grave === true ? 'grave' : 'quiet'
  return (
    <Dialog.Root open={open} onOpenChange={(next) => setOpen(next)}>
      <Dialog.Trigger className={`button ${tint}`} disabled={disabled}>
        {title}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog card raised">
          <Dialog.Title>{title}</Dialog.Title>
          {children === undefined ? null : (
            <Dialog.Description render={<div />}>{children}</Dialog.Description>
          )}
          <OrderForm
            title={title}
            send={send}
            done={() => {
              setOpen(false)
              done()
            }}
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function OrderForm({ title, send, done }: Pick<OrderProps, 'title' | 'send' | 'done'>) {
  const { operator } = useDesk()
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (form: HTMLFormElement) => {
    const said = new FormData(form)
    const name = textOf(said, 'operator')
    if (operator === null) sessionStorage.setItem(OPERATOR_KEY, name)
    setBusy(true)
    setProblem(null)
    const reason = textOf(said, 'reason')
    const answer = await send(operator === null ? { operator: name, reason } : { reason })
    setBusy(false)
    if (answer.ok) done()
    else setProblem(answer.error.message)
  }
  return (
    <form
      className="stack-s"
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void submit(event.currentTarget)
      }}
    >
      {operator === null ? (
        <Line label="Who you are" name="operator" start={sessionStorage.getItem(OPERATOR_KEY)} />
      ) : (
        <p className="soft">As {operator}.</p>
      )}
      <Line label="Why" name="reason" start={null} />
      <p className="quiet-text">Both are kept in the audit.</p>
      <div className="row">
        <button className="button" type="submit" disabled={busy}>
          {title}
        </button>
        <Dialog.Close className="button quiet">Leave it</Dialog.Close>
      </div>
      <p className="problem" role="alert">
        {problem}
      </p>
    </form>
  )
}

function Line(props: {
  readonly label: string
  readonly name: string
  readonly start: string | null
}) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        className="input"
        id={id}
        name={props.name}
        defaultValue={props.start ?? ''}
        required
        autoComplete="off"
      />
    </div>
  )
}
