import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { z } from 'zod'
import { LoadGenerator } from '../harness/load.ts'
import { CREATED, newPeople, signUp } from '../harness/request.ts'
import type { Services } from '../harness/services.ts'
import type { Side } from '../harness/side.ts'
import { quantile } from '../harness/statistics.ts'

const PEOPLE = 1_000
/** So many press the button twice. */
const IMPATIENT = 100
/** All at once: within a millisecond, and each on a connection of its own. */
const PER_SECOND = 1_000_000
/** The last of so many waits for all the others. */
const ANSWER_MAX_MS = 60_000
const SETTLE_MAX_MS = 90_000
const LOOK_MS = 100

/** Q10, counted where it was done. */
export interface Settled {
  readonly people: number
  readonly signUps: number
  /** From the moment when all were sent. */
  readonly answeredP50Ms: number
  readonly answeredP99Ms: number
  readonly answeredAllMs: number
  readonly mergedAllMs: number
  readonly sessionsMerged: number
  /** In PostgreSQL. */
  readonly accounts: number
  /** At the billing service; as many as there are accounts with exactly one. */
  readonly customers: number
  readonly accountsWithOneCustomer: number
}

/** @throws Error when somebody is lost, or there twice */
export async function settleCrowd(side: Side, services: Services): Promise<Settled> {
  const people = newPeople(PEOPLE)
  const calls = [...people, ...people.slice(0, IMPATIENT)].map(signUp)
  const client = new Client({ connectionString: services.postgresUrl })
  const load = new LoadGenerator()
  await client.connect()
  try {
    const startedAt = performance.now()
    const { latenciesMs } = await load.send({
      kind: 'arrivals',
      origin: side.url.href,
      calls,
      perSecond: PER_SECOND,
      expected: CREATED,
      timeoutMs: ANSWER_MAX_MS,
    })
    const sessionsMerged = await untilMerged(client, calls.length, startedAt)
    const mergedAllMs = performance.now() - startedAt
    const accounts = await accountsIn(client)
    const customers = await customersByAccount(services)
    const settled: Settled = {
      people: PEOPLE,
      signUps: calls.length,
      answeredP50Ms: quantile(latenciesMs, 0.5),
      answeredP99Ms: quantile(latenciesMs, 0.99),
      answeredAllMs: Math.max(...latenciesMs),
      mergedAllMs,
      sessionsMerged,
      accounts: accounts.length,
      customers: [...customers.values()].reduce((sum, count) => sum + count, 0),
      accountsWithOneCustomer: accounts.filter((id) => customers.get(id) === 1).length,
    }
    expectOnce(settled)
    return settled
  } finally {
    load.close()
    await client.end()
  }
}

function expectOnce({ people, signUps, ...counted }: Settled): void {
  const { sessionsMerged, accounts, customers, accountsWithOneCustomer } = counted
  if (sessionsMerged !== signUps)
    throw new Error(`of ${signUps} sign-ups ${sessionsMerged} settled`)
  if ([accounts, customers, accountsWithOneCustomer].some((count) => count !== people)) {
    throw new Error(`${people} people have ${accounts} accounts and ${customers} customers`)
  }
}

const Merged = z.object({ merged: z.coerce.number() })

/** @returns how many have merged when all have, or when nobody is waited for any more */
async function untilMerged(client: Client, sessions: number, startedAt: number): Promise<number> {
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(
      "select count(*) as merged from onboarding_sessions where status = 'merged'",
    )
    const { merged } = Merged.parse(rows[0])
    if (merged >= sessions || performance.now() - startedAt > SETTLE_MAX_MS) return merged
    await sleep(LOOK_MS)
  }
}

async function accountsIn(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>('select user_id::text as id from users')
  return rows.map(({ id }) => id)
}

const Customers = z.object({
  data: z.array(z.object({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
  has_more: z.boolean(),
})

/** How many customers the billing service has, by account. */
async function customersByAccount({ settings }: Services): Promise<ReadonlyMap<string, number>> {
  const url = new URL('/v1/customers?limit=100', settings['STRIPE_API_BASE'])
  const counts = new Map<string, number>()
  for (let more = true; more;) {
    const response = await fetch(url, { headers: { authorization: 'Bearer sk_test_local' } })
    const page = Customers.parse(await response.json())
    for (const { metadata } of page.data) {
      const account = metadata['foyer_user_id'] ?? ''
      counts.set(account, (counts.get(account) ?? 0) + 1)
    }
    url.searchParams.set('starting_after', page.data.at(-1)?.id ?? '')
    more = page.has_more
  }
  return counts
}
