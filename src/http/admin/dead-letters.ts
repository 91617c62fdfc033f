import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import {
  Fingerprint,
  LetterPage,
  OperatorRequest,
  type ReplayPreview,
} from '../../contract/admin.ts'
import { log } from '../../adapters/log.ts'
import {
  countForPreview,
  listGroups,
  listLetters,
  readReplay,
} from '../../adapters/neon/dead-letter-desk.ts'
import { connect } from '../../adapters/neon/database.ts'
import {
  type ReplayRefusal,
  dismissGroup,
  startReplay,
} from '../../adapters/neon/operator-actions.ts'
import { createReplayDeps } from '../../adapters/replay-deps.ts'
import { stepDefinitions } from '../../adapters/steps/registry.ts'
import { driveReplays } from '../../core/dead-letters/drive.ts'
import { previewOf } from '../../core/dead-letters/preview.ts'
import type { HttpEnv } from '../context.ts'
import { readOrder } from './read-order.ts'
import { validationRefusal } from '../read-json.ts'
import { NOTHING_HERE, type Refusal, refuse } from '../refuse.ts'

/** When a replay that is going on is worth asking for again. */
const REPLAY_RETRY_MS = 10_000

const onlyFingerprints = createMiddleware<HttpEnv>(async (c, next) =>
  Fingerprint.safeParse(c.req.param('fingerprint')).success ? next() : refuse(c, NOTHING_HERE),
)

/** `/api/admin/dead-letters`: what went wrong for good, by group. */
export const deadLetters = new Hono<HttpEnv>()
  .get('/', async (c) => c.json({ groups: await listGroups(connect(c.get('services').settings)) }))

  .use('/:fingerprint/*', onlyFingerprints)
  .get('/:fingerprint', async (c) => {
    const page = LetterPage.safeParse(c.req.query())
    if (!page.success) return refuse(c, validationRefusal(page.error))
    const database = connect(c.get('services').settings)
    return c.json(await listLetters(database, c.req.param('fingerprint'), page.data))
  })

  .get('/:fingerprint/preview', async (c) => {
    const { settings } = c.get('services')
    const fingerprint = c.req.param('fingerprint')
    const counted = await countForPreview(connect(settings), fingerprint)
    if (counted === null) return refuse(c, NOTHING_HERE)
    const names = stepDefinitions(settings).map(({ name }) => name)
    return c.json(previewOf(fingerprint, counted, names) satisfies ReplayPreview)
  })

  .post('/:fingerprint/replay', async (c) => {
    const request = await readOrder(c, OperatorRequest)
    if (!request.ok) return refuse(c, request.error)
    const database = connect(c.get('services').settings)
    const fingerprint = c.req.param('fingerprint')
    const started = await startReplay(database, fingerprint, request.value, Date.now())
    if (!started.ok) return refuse(c, replayRefusal(started.error))
    log('info', 'replay.requested', { fingerprint, replay: started.value })
    c.executionCtx.waitUntil(driveReplays(createReplayDeps(c.env), [started.value]))
    c.header('Location', `/api/admin/replays/${started.value}`)
    return c.json(await readReplay(database, started.value), 202)
  })

  .post('/:fingerprint/dismiss', async (c) => {
    const request = await readOrder(c, OperatorRequest)
    if (!request.ok) return refuse(c, request.error)
    const database = connect(c.get('services').settings)
    const fingerprint = c.req.param('fingerprint')
    const dismissed = await dismissGroup(database, fingerprint, request.value, Date.now())
    log('info', 'dead_letters.dismissed', { fingerprint, count: dismissed })
    return c.json({ dismissed })
  })

function replayRefusal(refusal: ReplayRefusal): Refusal {
  switch (refusal.code) {
    case 'unknown_group':
      return NOTHING_HERE
    case 'nothing_to_replay':
      return { code: refusal.code, message: 'Nothing in this group can be replayed.' }
    case 'replay_running':
      return {
        code: refusal.code,
        message: 'A replay of this group is going on.',
        details: [{ path: 'replay', message: refusal.replay }],
        retryAfterMs: REPLAY_RETRY_MS,
      }
  }
}
