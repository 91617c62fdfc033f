import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { App, Context } from '../emulator.ts'
import { atomically } from '../sqlite.ts'
import type { Changes } from './changes.ts'
import type { Deliveries } from './deliveries.ts'
import type { Sender } from './sender.ts'
import { MANNERS } from './signature.ts'

/** What the buttons of the page do; programs may press them, too. */
const Subscribe = z.strictObject({ customer: z.string(), price: z.string().min(1) })
const Cancel = z.strictObject({ subscription: z.string() })
const Send = z.strictObject({
  event: z.string(),
  manner: z.enum(MANNERS).default('genuine'),
  times: z.coerce.number().int().min(1).max(100).default(1),
})
const Release = z.strictObject({ order: z.enum(['oldest', 'newest']).default('oldest') })

interface Controlled {
  readonly database: DatabaseSync
  readonly changes: Changes
  readonly deliveries: Deliveries
  readonly sender: Sender | undefined
}

/** `POST /_control/<what>` with a form; back to the page. */
export function controlWebhooks(app: App, controlled: Controlled): void {
  const { database, changes, deliveries, sender } = controlled
  const on = <T>(what: string, schema: z.ZodType<T>, act: (form: T) => unknown) =>
    app.post(`/_control/${what}`, async (c) => {
      const form = schema.safeParse(await formOf(c))
      if (!form.success) return c.json({ message: z.prettifyError(form.error) }, 400)
      atomically(database, () => act(form.data))
      sender?.wake()
      return c.body(null, 303, { location: '/' })
    })
  on('subscribe', Subscribe, (form) => changes.subscribe(form))
  on('cancel', Cancel, ({ subscription }) => changes.cancel(subscription))
  on('send', Send, ({ event, manner, times }) => {
    for (let time = 0; time < times; time += 1) deliveries.add(event, manner, Date.now())
  })
  on('hold', z.strictObject({}), () => sender?.hold(true))
  on('release', Release, ({ order }) => {
    if (order === 'newest') deliveries.turnAround(Date.now())
    sender?.hold(false)
  })
}

const formOf = async (c: Context): Promise<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(await c.req.text()))
