import { type Arrivals, sendArrivals } from './arrivals.ts'
import { type Burst, sendBurst } from './burst.ts'

/** What a load generator is asked to send. */
export type Order = Burst | Arrivals

process.on('message', (order: Order) => {
  const sent = order.kind === 'burst' ? sendBurst(order) : sendArrivals(order)
  // Nobody listens any more where the run was broken off.
  void sent.then((result) => process.connected && process.send?.(result))
})
