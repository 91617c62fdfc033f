import { Hono } from 'hono'
import { OperatorRequest } from '../../contract/admin.ts'
import type { BanditHistory, BanditResponse, RebuildResponse } from '../../contract/learning.ts'
import { log } from '../../adapters/log.ts'
import {
  checkBandit,
  drawnTones,
  fadedTones,
  rebuildBandit,
} from '../../adapters/neon/bandit-desk.ts'
import { armDays, hashDays } from '../../adapters/neon/bandit-history.ts'
import { connect } from '../../adapters/neon/database.ts'
import { catalogue } from '../../catalogue.ts'
import { armsView } from '../../core/bandit/arms-view.ts'
import { wordsInUse } from '../../core/recommendation/words-in-use.ts'
import type { HttpEnv } from '../context.ts'
import { readOrder } from './read-order.ts'
import { refuse } from '../refuse.ts'

/** What is drawn of late, every weekday in it once. */
const DRAWN_MS = 7 * 86_400_000
/** A half-life of what is learned, which is as far back as a chart helps. */
const HISTORY_MS = 28 * 86_400_000

/** `/api/admin/bandit`: what was learned of the tones, and whether the counts are what the log says. */
export const bandit = new Hono<HttpEnv>()
  .get('/', async (c) => {
    const database = connect(c.get('services').settings)
    const words = wordsInUse(catalogue)
    const now = Date.now()
    const [tones, draws, { drift, waiting }] = await Promise.all([
      fadedTones(database, words, now),
      drawnTones(database, words, now - DRAWN_MS),
      checkBandit(database, words, now),
    ])
    return c.json({
      versions: words.versions,
      segments: armsView(tones, draws),
      drift,
      waiting,
    } satisfies BanditResponse)
  })

  .get('/history', async (c) => {
    const database = connect(c.get('services').settings)
    const since = Date.now() - HISTORY_MS
    const [arms, hashes] = await Promise.all([
      armDays(database, wordsInUse(catalogue), since),
      hashDays(database, since),
    ])
    return c.json({ since, arms, hashes } satisfies BanditHistory)
  })

  .post('/rebuild', async (c) => {
    const request = await readOrder(c, OperatorRequest)
    if (!request.ok) return refuse(c, request.error)
    const database = connect(c.get('services').settings)
    const now = Date.now()
    const rebuilt = await rebuildBandit(database, wordsInUse(catalogue), request.value, now)
    log('info', 'bandit.rebuilt', { count: rebuilt.recounted })
    return c.json(rebuilt satisfies RebuildResponse)
  })
