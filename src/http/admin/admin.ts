import { Hono } from 'hono'
import { isDatabaseError } from '../../adapters/neon/database.ts'
import type { OperatorResponse } from '../../contract/admin.ts'
import { describeError, log } from '../../adapters/log.ts'
import type { HttpEnv } from '../context.ts'
import { refuse } from '../refuse.ts'
import { budgets } from './budgets.ts'
import { bandit } from './bandit.ts'
import { deadLetters } from './dead-letters.ts'
import { experiment } from './experiment.ts'
import { ledger } from './ledger.ts'
import { operatorActions } from './operator-actions.ts'
import { overview } from './overview.ts'
import { people } from './people.ts'
import { policy } from './policy.ts'
import { replays } from './replays.ts'
import { sessions } from './sessions.ts'

/** A database that was asleep is back within a second or two. */
const DATABASE_RETRY_MS = 5_000

/**
 * `/api/admin`: for operators only, see `ROUTES` in roles.ts. Reads and writes Postgres; of the
 * objects only those are asked that somebody asks about: of a session, of the providers.
 */
export const admin = new Hono<HttpEnv>()
  .route('/dead-letters', deadLetters)
  .route('/replays', replays)
  .route('/overview', overview)
  .route('/ledger', ledger)
  .route('/bandit', bandit)
  .route('/experiment', experiment)
  .route('/budgets', budgets)
  .route('/sessions', sessions)
  .route('/people', people)
  .route('/policy', policy)
  .route('/operator-actions', operatorActions)
  .get('/operator', (c) => c.json({ operator: c.get('operator') } satisfies OperatorResponse))
  .onError((error, c) => {
    if (!isDatabaseError(error)) throw error
    const requestId = c.get('requestId')
    log('error', 'admin.failed', { requestId, route: c.req.routePath, error: describeError(error) })
    const message = 'The database does not answer.'
    return refuse(c, { code: 'unavailable', message, retryAfterMs: DATABASE_RETRY_MS })
  })
