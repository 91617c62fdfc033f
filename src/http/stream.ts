import { Hono } from 'hono'
import { RunStatus, Seen } from '../contract/onboarding.ts'
import { SESSION_STATUS_HEADER } from '../contract/socket.ts'
import { isTerminal } from '../core/onboarding/state.ts'
import type { HttpEnv } from './context.ts'
import { eventStream } from './event-stream.ts'
import { SESSION_ENDED } from './onboarding.ts'
import { personIn } from './person.ts'
import { validationRefusal } from './read-json.ts'
import { refuse } from './refuse.ts'
import { openSubjectSocket } from './subject-socket.ts'

/** `GET /api/onboarding/stream`: the session's socket, for whom no socket gets through. */
export const stream = new Hono<HttpEnv>().get('/stream', async (c) => {
  const after = Seen.safeParse(c.req.header('last-event-id'))
  if (!after.success) return refuse(c, validationRefusal(after.error, ['Last-Event-ID']))
  const opened = await openSubjectSocket(c.env, personIn(c.get('claims')), after.data)
  if (!opened?.webSocket) return refuse(c, SESSION_ENDED)
  const status = RunStatus.parse(opened.headers.get(SESSION_STATUS_HEADER))
  c.header('Content-Type', 'text/event-stream')
  // Proxies of this kind keep an answer back until there is enough of it.
  c.header('X-Accel-Buffering', 'no')
  return c.body(eventStream(opened.webSocket, isTerminal(status)))
})
