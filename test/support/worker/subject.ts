import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import type { WakeMessage } from '../../../src/contract/messages.ts'
import type { OpenSession, SessionClaim, SubjectRpc } from '../../../src/contract/subject-rpc.ts'
import { Entry } from '../../../src/core/onboarding/entries.ts'
import { bindings, eventually, freshEmail } from './api.ts'

export type Subject = DurableObjectStub<SubjectRpc & Rpc.DurableObjectBranded>

/** An object under other settings. */
export const withEnv = (stub: Subject, change: Readonly<Record<string, unknown>>): Promise<void> =>
  runInDurableObject(stub, (instance) => {
    const value = { ...bindings, ...change }
    Object.defineProperty(instance, 'env', { value, configurable: true })
  })

/** A subject whose wake-ups go where the test says; `null` gives the queue back. */
export async function withQueue(
  stub: Subject,
  send: ((message: WakeMessage) => Promise<unknown>) | null,
): Promise<void> {
  await withEnv(stub, send === null ? {} : { HYDRATION: { send } })
}

export const freshSubject = (): { stub: Subject; key: string } => {
  const key = crypto.randomUUID().replaceAll('-', '').padEnd(43, 'x')
  return { stub: bindings.SUBJECTS.getByName(key), key }
}

export const commandFor = (key: string, change: Partial<OpenSession> = {}): OpenSession => ({
  subjectKey: key,
  identity: freshEmail(),
  client: 'client',
  planId: 'pro',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ...change,
})

/** A first session, as the Worker opens it; nobody sends its wake-up, so the alarm is all there is. */
export async function open(
  stub: Subject,
  key: string,
  change: Partial<OpenSession> = {},
): Promise<SessionClaim> {
  const { opened, wake } = await stub.open(commandFor(key, change))
  if (!opened.ok || wake === null) throw new Error('a first session was refused')
  return opened.value
}

export const merged = (stub: Subject, claim: SessionClaim) =>
  eventually('merged', async () => {
    const view = await stub.view(claim)
    return view.ok && view.value.status === 'merged'
  })

export const entriesOf = (stub: Subject): Promise<Entry[]> =>
  runInDurableObject(stub, (_instance, { storage: { sql } }: DurableObjectState) => {
    // One that was never written to has no table.
    const made = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'timeline'").toArray()
    if (made.length === 0) return []
    return sql
      .exec<{ entry: string }>('SELECT entry FROM timeline ORDER BY seq')
      .toArray()
      .map(({ entry }) => Entry.parse(JSON.parse(entry)))
  })

/** The object as it wakes up with another past. */
export async function withPast(
  stub: Subject,
  change: (entries: readonly Entry[]) => readonly unknown[],
): Promise<void> {
  const past = change(await entriesOf(stub))
  await runInDurableObject(stub, (_instance, state: DurableObjectState) => {
    const { sql } = state.storage
    sql.exec('DELETE FROM timeline')
    for (const entry of past)
      sql.exec('INSERT INTO timeline (entry) VALUES (?)', JSON.stringify(entry))
  })
  await evictDurableObject(stub)
}

/** Every field of an entry that is a moment. */
const MOMENTS = new Set([
  'againAt',
  'at',
  'createdAt',
  'deadlineAt',
  'expiresAt',
  'memberExpiresAt',
  'mintedAt',
  'quietAt',
  'retainUntil',
  'retryAt',
  'until',
])

/** Everything that is known happened so much earlier: for the object that much time has passed. */
export const letPass = (stub: Subject, ms: number): Promise<void> =>
  withPast(stub, (entries) =>
    entries.map((entry): unknown =>
      JSON.parse(JSON.stringify(entry), (name, value: unknown) =>
        MOMENTS.has(name) && typeof value === 'number' ? value - ms : value,
      ),
    ),
  )
