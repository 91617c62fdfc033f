import { z } from 'zod'

const SAMPLING_INTERVAL_US = 200

const Answer = z.object({ id: z.number().optional(), result: z.unknown().optional() })

/** As the DevTools protocol has it: a tree of calls, and which of its nodes was on top when. */
export const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string(),
        lineNumber: z.number(),
      }),
      children: z.array(z.number()).default([]),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})
export type Profile = z.infer<typeof Profile>

/** Speaks the inspector's protocol; an answer is told apart by the id of its question. */
class Inspector {
  readonly #socket: WebSocket
  #asked = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
  }

  static async open(port: number, name: string): Promise<Inspector> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${name}`)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', reject, { once: true })
    })
    return new Inspector(socket)
  }

  async ask(method: string, params: object = {}): Promise<unknown> {
    this.#asked += 1
    const id = this.#asked
    const answer = new Promise<unknown>((resolve) => {
      const hear = ({ data }: MessageEvent): void => {
        const message = Answer.parse(JSON.parse(String(data)))
        if (message.id !== id) return
        this.#socket.removeEventListener('message', hear)
        resolve(message.result)
      }
      this.#socket.addEventListener('message', hear)
    })
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer
  }

  close(): void {
    this.#socket.close()
  }
}

/**
 * What runs on a runtime's thread while `work` is done.
 *
 * @param name of the inspected Worker
 */
export async function profileOf(
  port: number,
  name: string,
  work: () => Promise<unknown>,
): Promise<Profile> {
  const inspector = await Inspector.open(port, name)
  await inspector.ask('Profiler.enable')
  await inspector.ask('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  await inspector.ask('Profiler.start')
  await work()
  const { profile } = z.object({ profile: Profile }).parse(await inspector.ask('Profiler.stop'))
  inspector.close()
  return profile
}
