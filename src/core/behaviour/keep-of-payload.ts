import {
  type BehaviourEvent,
  EVENT_PAYLOAD_MAX_BYTES,
  isIdentifier,
} from '../../contract/behaviour.ts'

export type Payload = Readonly<Record<string, unknown>>
type Kept = Pick<BehaviourEvent, 'path' | 'target' | 'error' | 'dropped'>

/**
 * What of a payload goes further: names that developers gave, and which page it was. Everything else
 * may be what a person typed.
 *
 * @param pageOf the page of the product that a path of the browser is
 */
export function keepOfPayload(
  payload: Payload,
  pageOf: (path: string) => string | undefined,
): Kept {
  const page = typeof payload['path'] === 'string' ? pageOf(payload['path']) : undefined
  const kept = {
    ...(page !== undefined && { path: page }),
    ...(isIdentifier(payload['target']) && { target: payload['target'] }),
    ...(isIdentifier(payload['error']) && { error: payload['error'] }),
  }
  return { ...kept, dropped: Object.keys(payload).length - Object.keys(kept).length }
}

/** UTF-16 units of JSON that fit whatever they are: none is more than three bytes of UTF-8. */
const FITS_CHARS = Math.floor(EVENT_PAYLOAD_MAX_BYTES / 3)

const encoder = new TextEncoder()

/** As JSON without spaces. Only of what `unstorable` has found shallow enough to be printed. */
export function isTooLarge(payload: Payload): boolean {
  const json = JSON.stringify(payload)
  return json.length > FITS_CHARS && encoder.encode(json).length > EVENT_PAYLOAD_MAX_BYTES
}
