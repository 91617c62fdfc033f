import { sql } from 'drizzle-orm'
import { runInDurableObject } from 'cloudflare:test'
import { connect } from '../../../src/adapters/neon/database.ts'
import { parseSettings } from '../../../src/env.ts'
import { bindings } from './api.ts'
import { auth0 } from './outside.ts'
import type { Subject } from './subject.ts'

const database = connect(parseSettings(bindings))

/** Every row of every table, as text, with the name of its table. */
async function rowsOfAllTables(): Promise<readonly (readonly [where: string, text: string])[]> {
  const tables = await database.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const all = tables.rows.map(async ({ name }) => {
    const { rows } = await database.execute<{ text: string }>(
      sql`select to_jsonb(t)::text as text from ${sql.identifier(name)} t`,
    )
    return rows.map(({ text }) => [`table ${name}`, text] as const)
  })
  return (await Promise.all(all)).flat()
}

async function archived(): Promise<readonly (readonly [string, string])[]> {
  const { objects } = await bindings.ARCHIVE.list()
  return Promise.all(
    objects.map(async ({ key }) => {
      const text = await (await bindings.ARCHIVE.get(key))?.text()
      return [`archive ${key}`, `${key} ${text ?? ''}`] as const
    }),
  )
}

/** Every row of every table of an object. */
const heldBy = (stub: Subject): Promise<readonly (readonly [string, string])[]> =>
  runInDurableObject(stub, (_instance, { storage }: DurableObjectState) =>
    storage.sql
      .exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .toArray()
      .filter(({ name }) => !name.startsWith('_cf'))
      .flatMap(({ name }) =>
        storage.sql
          .exec(`SELECT * FROM "${name}"`)
          .toArray()
          .map((row) => [`object ${name}`, JSON.stringify(row)] as const),
      ),
  )

/** Where one of these texts is, in whatever we keep. */
export async function placesOf(stub: Subject, ...texts: readonly string[]): Promise<string[]> {
  const kept = (await Promise.all([rowsOfAllTables(), archived(), heldBy(stub)])).flat()
  return kept.flatMap(([where, text]) =>
    texts.flatMap((one) => (text.includes(one) ? [`${where}: ${one} in ${text}`] : [])),
  )
}

/** Whether Stripe has a customer of this id that was not deleted. */
export async function hasCustomer(id: string): Promise<boolean> {
  const response = await fetch(`${bindings.STRIPE_API_BASE}/v1/customers/${id}`, {
    headers: { Authorization: 'Bearer sk_test_look' },
  })
  return response.ok && (await response.json<{ deleted?: boolean }>()).deleted !== true
}

export const hasAuth0User = async (userId: string): Promise<boolean> =>
  (await auth0('GET', `/users/${encodeURIComponent(`auth0|${userId}`)}`)).ok
