import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { FOYER, WITHOUT_PROVIDERS } from '../hydration/compare.ts'
import { type Call, OK, answerTo } from '../harness/request.ts'
import { type Services, startServices } from '../harness/services.ts'
import { type WorkerSide, startSide, withSides } from '../harness/side.ts'

/** The product with its database, and what is measured of it by whoever looks at all that is stored. */
export interface Grown {
  readonly side: WorkerSide
  readonly services: Services
  /** How long the cron's tick takes, all its parts together, in milliseconds. */
  tick(): Promise<number>
  /** How long an operator waits for an answer, in milliseconds. */
  asks(call: Question): Promise<number>
}

export type Question = Pick<Call, 'method' | 'path'> & { readonly body?: object }

/** Identity and billing off, since nothing that grows is theirs. */
export async function withFoyer<T>(
  storage: string,
  work: (grown: Grown) => Promise<T>,
): Promise<T> {
  const services = await startServices()
  const token = randomBytes(24).toString('base64url')
  const settings = { ...services.settings, ...WITHOUT_PROVIDERS, ADMIN_TOKEN: token }
  try {
    return await withSides(
      [() => startSide({ config: FOYER, name: 'foyer', storage, settings })],
      async ([side]) => {
        if (side === undefined) throw new Error('a side is missing')
        return work({
          side,
          services,
          tick: () => tick(side),
          asks: (question) => ask(side, question, token),
        })
      },
    )
  } finally {
    await services.stop()
  }
}

/** Several of them, side by side, each by the size that it is to have. */
export async function withFoyers<T>(
  storage: string,
  [size, ...others]: readonly number[],
  work: (sized: ReadonlyMap<number, Grown>) => Promise<T>,
): Promise<T> {
  if (size === undefined) return work(new Map())
  return withFoyer(storage, (grown) =>
    withFoyers(storage, others, (sized) => work(new Map([[size, grown], ...sized]))),
  )
}

async function tick({ miniflare }: WorkerSide): Promise<number> {
  const worker = await miniflare.getWorker('foyer')
  const startedAt = performance.now()
  const { outcome } = await worker.scheduled({ cron: '*/5 * * * *', scheduledTime: new Date() })
  if (outcome !== 'ok') throw new Error(`the tick ended: ${outcome}`)
  return performance.now() - startedAt
}

async function ask({ url }: WorkerSide, { method, path, body }: Question, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const call = { method, path, headers, ...(body && { body: JSON.stringify(body) }) }
  const startedAt = performance.now()
  await answerTo(url, call, OK)
  return performance.now() - startedAt
}
