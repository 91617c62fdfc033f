import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { log } from '../../adapters/log.ts'
import { exportPerson } from '../../adapters/export-person.ts'
import { connect } from '../../adapters/neon/database.ts'
import { auditExport } from '../../adapters/neon/export-person.ts'
import { createErasureRecords, readErasure } from '../../adapters/neon/erasures.ts'
import type { OperatorRequest } from '../../contract/admin.ts'
import { type ErasureView, type PersonExport, PersonOrder } from '../../contract/people.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { EraseRefusal } from '../../contract/subject-rpc.ts'
import type { HttpEnv } from '../context.ts'
import { invalid } from '../read-json.ts'
import { NOTHING_HERE, type Refusal, refuse } from '../refuse.ts'
import { subjectMeant } from './person-meant.ts'
import { readOrder } from './read-order.ts'

const ErasureId = z.uuid()

/** When a person who is being erased is worth asking about again. */
const ERASURE_RETRY_MS = 60_000

/** `/api/admin/people`: what a person may ask of us, asked for by an operator. */
export const people = new Hono<HttpEnv>()
  .post('/export', async (c) => {
    const order = await readPersonOrder(c)
    if (!order.ok) return refuse(c, order.error)
    const { key, operator, reason } = order.value
    const { settings } = c.get('services')
    const database = connect(settings)
    const now = Date.now()
    const exported = await exportPerson(c.env, key, now)
    if (exported === null) return refuse(c, NOTHING_HERE)
    // Nobody is handed anything that the audit does not know of.
    await auditExport(database, { operator, reason }, now)
    log('info', 'person.exported', { requestId: c.get('requestId') })
    return c.json(exported satisfies PersonExport)
  })

  .post('/erase', async (c) => {
    const order = await readPersonOrder(c)
    if (!order.ok) return refuse(c, order.error)
    const { key, operator, reason } = order.value
    const { settings, pepper } = c.get('services')
    const database = connect(settings)
    // The object first: once it knows, it happens, whoever else dies before it has heard of it.
    const erasure = crypto.randomUUID()
    const subject = c.env.SUBJECTS.getByName(key)
    const ordered = await subject.erase({ erasure, operator, reason })
    if (!ordered.ok) return refuse(c, REFUSALS[ordered.error])
    const { erasure: id, orderedAt } = ordered.value
    const isNew = id === erasure
    log('info', 'person.erasure_ordered', { requestId: c.get('requestId'), erasure: id })
    // Whoever carries it out writes the same, if this is not written now.
    if (isNew) {
      const begun = { erasure: id, operator, reason, orderedAt }
      const kept = await createErasureRecords(database, pepper).begin(begun, key)
      if (!kept.ok) log('warn', 'person.erasure_not_audited_yet', { erasure: id })
    }
    c.header('Location', `/api/admin/people/erasures/${id}`)
    const running = { id, state: 'running', orderedAt, completedAt: null, receipt: null } as const
    return c.json(running satisfies ErasureView, 202)
  })

  .get('/erasures/:id', async (c) => {
    const id = ErasureId.safeParse(c.req.param('id'))
    if (!id.success) return refuse(c, NOTHING_HERE)
    const { settings, pepper } = c.get('services')
    const erasure = await readErasure(connect(settings), id.data, pepper)
    return erasure === null ? refuse(c, NOTHING_HERE) : c.json(erasure satisfies ErasureView)
  })

const REFUSALS: Readonly<Record<EraseRefusal, Refusal>> = {
  unknown: NOTHING_HERE,
  running: {
    code: 'erasure_running',
    message: 'Who was here before is being erased still, and somebody has signed up since.',
    retryAfterMs: ERASURE_RETRY_MS,
  },
}

/** Who wants it, why, and whose object it is about. */
async function readPersonOrder(
  c: Context<HttpEnv>,
): Promise<Result<OperatorRequest & { readonly key: string }, Refusal>> {
  const order = await readOrder(c, PersonOrder)
  if (!order.ok) return order
  const { operator, reason, ...named } = order.value
  const told = nameIn(reason, named)
  if (told !== null) return fail(told)
  const { settings, pepper } = c.get('services')
  const key = await subjectMeant(named, connect(settings), pepper)
  return key.ok ? ok({ operator, reason, key: key.value }) : key
}

/** A reason is kept for good: it must not say who it was that wanted to go. */
export function nameIn(
  reason: string,
  named: Readonly<Record<string, string | undefined>>,
): Refusal | null {
  const said = reason.toLowerCase()
  const names = Object.values(named).some(
    (name) => name !== undefined && said.includes(name.trim().toLowerCase()),
  )
  return names || said.includes('@')
    ? invalid([{ path: 'reason', message: 'is kept for good, and must not name the person' }])
    : null
}
