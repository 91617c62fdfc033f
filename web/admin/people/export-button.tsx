import { useDesk } from '../desk.ts'
import { OrderButton } from '../parts/order.tsx'
import type { Named } from './named.ts'

export function ExportButton(props: { readonly named: Named; readonly disabled: boolean }) {
  const desk = useDesk()
  return (
    <OrderButton
      title="Export"
      disabled={props.disabled}
      send={async (order) => {
        const answer = await desk.send<object>('/people/export', { ...order, ...props.named })
        if (answer.ok) save(answer.value)
        return answer
      }}
      done={() => undefined}
    >
      <p>Everything we hold of them, as one file, for them and nobody else.</p>
    </OrderButton>
  )
}

/** Its name says nothing of whom it is about. */
function save(exported: object): void {
  const text = JSON.stringify(exported, null, 2)
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'export.json'
  link.click()
  URL.revokeObjectURL(url)
}
