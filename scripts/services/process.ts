import { z } from 'zod'
import { type FetchHandler, listen } from './http-server.ts'

export interface Service {
  readonly fetch: FetchHandler
  close(): Promise<void>
}

export interface Place {
  readonly dataDirectory: string
  readonly baseUrl: string
}

const Environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535),
  FOYER_DATA_DIR: z.string().min(1).default('.data'),
})

/**
 * Runs one local service as this process: on 127.0.0.1 and `PORT`, its state under
 * `FOYER_DATA_DIR`. SIGTERM and SIGINT end it in order with exit code 0.
 */
export async function runService(open: (place: Place) => Promise<Service>): Promise<void> {
  const environment = Environment.parse(process.env)
  const baseUrl = `http://127.0.0.1:${environment.PORT}`
  const service = await open({ dataDirectory: environment.FOYER_DATA_DIR, baseUrl })
  const server = await listen(service.fetch, environment.PORT)

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    // What was begun is answered before the state under it is closed.
    await server.close()
    await service.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  console.log(`listens on ${baseUrl}`)
}
