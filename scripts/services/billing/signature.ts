import { createHmac } from 'node:crypto'

/** How a delivery is signed; all but the first are what a receiver must refuse. */
export const MANNERS = ['genuine', 'bad_signature', 'old'] as const
export type Manner = (typeof MANNERS)[number]

/** Twice as old as receivers are told to accept. */
const OLD_SECONDS = 600

/** The `Stripe-Signature` of a body (https://docs.stripe.com/webhooks/signature). */
export function signatureOf(body: string, secret: string, manner: Manner, now: number): string {
  const timestamp = Math.floor(now / 1000) - (manner === 'old' ? OLD_SECONDS : 0)
  const key = manner === 'bad_signature' ? `not ${secret}` : secret
  const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}
