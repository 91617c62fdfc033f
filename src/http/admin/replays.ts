import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { OperatorRequest } from '../../contract/admin.ts'
import { log } from '../../adapters/log.ts'
import { readReplay } from '../../adapters/neon/dead-letter-desk.ts'
import { connect } from '../../adapters/neon/database.ts'
import { stopReplay } from '../../adapters/neon/operator-actions.ts'
import type { HttpEnv } from '../context.ts'
import { readOrder } from './read-order.ts'
import { NOTHING_HERE, refuse } from '../refuse.ts'

const ReplayId = z.uuid()

const onlyReplays = createMiddleware<HttpEnv>(async (c, next) =>
  ReplayId.safeParse(c.req.param('id')).success ? next() : refuse(c, NOTHING_HERE),
)

/** `/api/admin/replays`: how a replay goes, and an end to it. */
export const replays = new Hono<HttpEnv>()
  .use('/:id/*', onlyReplays)
  .get('/:id', async (c) => {
    const replay = await readReplay(connect(c.get('services').settings), c.req.param('id'))
    return replay === null ? refuse(c, NOTHING_HERE) : c.json(replay)
  })
  .post('/:id/stop', async (c) => {
    const request = await readOrder(c, OperatorRequest)
    if (!request.ok) return refuse(c, request.error)
    const database = connect(c.get('services').settings)
    const id = c.req.param('id')
    await stopReplay(database, id, request.value, Date.now())
    log('info', 'replay.stop_requested', { replay: id })
    const replay = await readReplay(database, id)
    return replay === null ? refuse(c, NOTHING_HERE) : c.json(replay)
  })
