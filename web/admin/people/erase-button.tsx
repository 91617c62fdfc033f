import type { ErasureView } from '../../../src/contract/people.ts'
import { useDesk } from '../desk.ts'
import { OrderButton } from '../parts/order.tsx'
import type { Named } from './named.ts'

interface EraseButtonProps {
  readonly named: Named
  readonly disabled: boolean
  readonly begun: (erasure: string) => void
}

export function EraseButton({ named, disabled, begun }: EraseButtonProps) {
  const desk = useDesk()
  return (
    <OrderButton
      title="Erase"
      grave
      disabled={disabled}
      send={async (order) => {
        const answer = await desk.send<ErasureView>('/people/erase', { ...order, ...named })
        if (answer.ok) begun(answer.value.id)
        return answer
      }}
      done={() => undefined}
    >
      <p>
        Whoever it is loses all sessions at once, and everything we hold of them goes, here and at
        the providers. Nobody can take it back. Do not name them in the reason: it is kept.
      </p>
    </OrderButton>
  )
}
