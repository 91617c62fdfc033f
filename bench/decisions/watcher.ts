import { once } from 'node:events'
import { z } from 'zod'
import type { Visitor } from './visitors.ts'

/** Whatever does not come within this time does not come. */
const PATIENCE_MS = 20_000

const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: z.string() }),
  z.object({ type: z.literal('recommendation'), source: z.enum(['rules', 'model', 'cache']) }),
  z.object({ type: z.literal('recommendation_withdrawn') }),
])
type Frame = z.infer<typeof Frame>

/** Somebody's page: a socket, and every frame that came. */
export class Watcher {
  readonly #frames: Frame[] = []
  readonly #socket: WebSocket
  readonly #arrivals = new EventTarget()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      this.#frames.push(Frame.parse(JSON.parse(String(data))))
      this.#arrivals.dispatchEvent(new Event('frame'))
    })
  }

  static async open(foyer: URL, { specId, token }: Visitor): Promise<Watcher> {
    const url = new URL(`/ws/onboarding/${specId}`, foyer)
    url.protocol = 'ws:'
    const watcher = new Watcher(new WebSocket(url, ['foyer.v1', `bearer.${token}`]))
    await once(watcher.#socket, 'open', { signal: AbortSignal.timeout(PATIENCE_MS) })
    return watcher
  }

  /** Until the account behind the session is there. */
  merged(): Promise<void> {
    return this.#until(() =>
      this.#frames.some((frame) => 'status' in frame && frame.status === 'merged'),
    )
  }

  /** Until so many recommendations were pushed in all. */
  recommended(count: number): Promise<void> {
    return this.#until(
      () => this.#frames.filter(({ type }) => type === 'recommendation').length >= count,
    )
  }

  /** Of what was recommended, oldest first. */
  get sources(): readonly string[] {
    return this.#frames.flatMap((frame) => ('source' in frame ? [frame.source] : []))
  }

  close(): void {
    this.#socket.close()
  }

  async #until(isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    while (!isSo()) await once(this.#arrivals, 'frame', { signal })
  }
}
