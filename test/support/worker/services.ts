import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { migrate } from '../../../scripts/migrate.ts'
import { openDatabaseService } from '../../../scripts/services/database.ts'
import { listen } from '../../../scripts/services/http-server.ts'
import { faultyEndpoint } from '../faulty-endpoint.ts'
import { startInProcess, temporaryFolder } from '../local-services.ts'
import { testBindings } from '../bindings.ts'
import { AUDIENCE, ISSUER, PRIVATE_KEY, elsewhere } from './elsewhere.ts'

// A process of its own: real local services for the Worker under test. Says where they are on one
// line of standard output, and ends when its standard input does.

const folder = await temporaryFolder()
const [billing, identity, mail, model, database] = await Promise.all([
  startInProcess('billing'),
  startInProcess('identity'),
  startInProcess('mail'),
  startInProcess('model'),
  openDatabaseService({ dataDirectory: folder, baseUrl: 'http://database.localhost' }),
])
const server = await listen(faultyEndpoint(database.fetch), 0)
const outside = await listen(elsewhere, 0)
const outsideUrl = `http://127.0.0.1:${outside.port}`
const bindings = {
  ...testBindings(),
  DATABASE_URL: 'postgres://foyer:foyer@127.0.0.1/foyer',
  DATABASE_HTTP_URL: `http://127.0.0.1:${server.port}/sql`,
  AUTH0_API_BASE: identity.url,
  STRIPE_API_BASE: billing.url,
  RESEND_API_BASE: mail.url,
  // Without a key nobody asks it: that is for the tests that want it.
  OPENAI_BASE_URL: `${model.url}/v1`,
  EXTERNAL_JWKS_URL: `${outsideUrl}/jwks.json`,
  EXTERNAL_ISSUER: ISSUER,
  EXTERNAL_AUDIENCE: AUDIENCE,
  OUTSIDE_PRIVATE_KEY: PRIVATE_KEY,
  WALLET_CHAIN_IDS: '1,10',
  WALLET_RPC_URLS: `10=${outsideUrl}/rpc`,
}
await migrate({
  databaseUrl: bindings.DATABASE_URL,
  databaseHttpUrl: bindings.DATABASE_HTTP_URL,
  directory: join(import.meta.dirname, '../../../migrations'),
})
process.stdout.write(`${JSON.stringify(bindings)}\n`)

process.stdin.resume().once('end', () => {
  void Promise.all([
    billing.stop(),
    identity.stop(),
    mail.stop(),
    model.stop(),
    server.close(),
    outside.close(),
    database.close(),
  ])
    .then(() => rm(folder, { recursive: true }))
    .then(() => process.exit(0))
})
