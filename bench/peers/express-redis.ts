import { randomBytes } from 'node:crypto'
import { tokenKeys } from '../../test/support/bindings.ts'
import { createApp } from './express-redis/app.ts'
import { startRedis } from './redis.ts'
import { runPeer } from './run-peer.ts'

// A process of its own. What a team would write that knows Node and wants no platform: Express before
// one Redis, streams for the workers behind. What Foyer has beyond it is not here: nothing that says
// which step comes next and survives a crash between two, no live push to the page, no history of a
// person, no second copy of anything. Redis is one machine, and one core of it.

await runPeer({
  async open(storage) {
    const redis = await startRedis(storage)
    return {
      settings: {
        REDIS_URL: redis.url,
        PEPPER: randomBytes(32).toString('base64url'),
        TOKEN_KEYS: tokenKeys('first'),
      },
      stop: () => redis.stop(),
    }
  },
  createListener: createApp,
})
