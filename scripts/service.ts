import { z } from 'zod'
import { Action, readHandle } from './start/control.ts'
import { planLayout } from './start/layout.ts'

const USAGE = 'usage: npm run service -- start|stop|restart billing|mail|database|identity|model'

const Reply = z.object({ message: z.string() })

async function main(): Promise<number> {
  const [given, name] = process.argv.slice(2)
  const action = Action.safeParse(given)
  if (!action.success || name === undefined) {
    console.error(USAGE)
    return 1
  }
  const { dataDirectory } = planLayout(process.env)
  const handle = readHandle(dataDirectory)
  const response = handle && (await ask(handle.url, handle.token, `/${name}/${action.data}`))
  if (!response) {
    console.error(`foyer: nothing runs on ${dataDirectory}: npm start`)
    return 1
  }
  const { message } = Reply.parse(await response.json())
  console.log(message)
  return response.ok ? 0 : 1
}

async function ask(url: string, token: string, path: string): Promise<Response | undefined> {
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${url}${path}`, { method: 'POST', headers }).catch(() => undefined)
}

process.exit(await main())
