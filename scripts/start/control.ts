import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type HttpServer, listen } from '../services/http-server.ts'
import { writePrivately } from './private-file.ts'
import type { Unit } from './unit.ts'

export const Action = z.enum(['start', 'stop', 'restart'])
export type Action = z.infer<typeof Action>

/** How `npm run service` finds and addresses the running supervisor. */
const Handle = z.object({ pid: z.number(), url: z.string(), token: z.string() })
export type Handle = z.infer<typeof Handle>

const fileIn = (dataDirectory: string) => join(dataDirectory, 'run.json')

export function readHandle(dataDirectory: string): Handle | undefined {
  try {
    return Handle.parse(JSON.parse(readFileSync(fileIn(dataDirectory), 'utf8')))
  } catch {
    return undefined
  }
}

/**
 * Lets programs that may read the data folder start and stop single services.
 * @returns a function that ends it.
 */
export async function openControl(
  dataDirectory: string,
  units: readonly Unit[],
): Promise<() => Promise<void>> {
  const token = randomBytes(32).toString('base64url')
  const server: HttpServer = await listen(async (request) => {
    const given = request.headers.get('authorization') ?? ''
    if (!sameText(given, `Bearer ${token}`)) return answer(401, 'not for you')
    const [, name, action] = new URL(request.url).pathname.split('/')
    const unit = units.find((candidate) => candidate.plan.name === name)
    const parsed = Action.safeParse(action)
    if (!unit || !parsed.success) return answer(404, `there is no ${action} for ${name}`)
    return perform(unit, parsed.data)
  }, 0)

  const url = `http://127.0.0.1:${server.port}`
  writePrivately(fileIn(dataDirectory), JSON.stringify({ pid: process.pid, url, token }))
  return async () => {
    rmSync(fileIn(dataDirectory), { force: true })
    await server.close()
  }
}

async function perform(unit: Unit, action: Action): Promise<Response> {
  const { name } = unit.plan
  if (action !== 'start') await unit.stop()
  if (action === 'stop') return answer(200, `${name} is down`)
  if (!(await unit.start())) return answer(500, `${name} did not start`)
  const { pid } = unit
  return answer(200, pid === undefined ? `${name} is on its way` : `${name} runs, pid ${pid}`)
}

function answer(status: number, message: string): Response {
  return Response.json({ message }, { status })
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
