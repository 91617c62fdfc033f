import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { START } from './scheduler.ts'
import type { World } from './world.ts'

const DELETIONS_MAX = 3
const HELD_RATE = 0.15
const REFUSED_RATE = 0.08
const POISON_RATE = 0.15
const REPLAYS_MAX = 4
/** A consumer is at work for seconds, and is waited for by whoever orders in that moment. */
const LEASES_MAX = 3
const AT_WORK_MS = 3_000
const ERASED_RATE = 0.3
/** Some when they are long merged, some while their run is under way. */
const ERASED_LATE_MS = 60 * 60_000
/** Operators come back from a weekend. */
const REPLAY_LATE_MS = 3 * 24 * 3_600_000

/** What people with a dashboard do, and what was there before us. */
export function drawHands(
  world: World,
  people: readonly Person[],
  random: Random,
  until: number,
): void {
  const { scheduler } = world.stage
  for (const { email } of people) {
    if (random.chance(HELD_RATE)) world.identity.hold(email)
    if (random.chance(REFUSED_RATE)) world.billing.refused.add(email)
  }
  for (let deletion = random.int(0, DELETIONS_MAX); deletion > 0; deletion -= 1) {
    const which = random.next()
    const isUser = random.chance(0.5)
    scheduler.at(random.int(START, until), () => {
      if (isUser) deleteUser(world, which)
      else deleteCustomer(world, which)
    })
  }
  for (let replay = random.int(0, REPLAYS_MAX); replay > 0; replay -= 1) {
    const which = random.next()
    scheduler.at(random.int(START, until + REPLAY_LATE_MS), () => reopen(world, which))
  }
  for (const person of people) {
    // Of its own stream: whoever draws no order has the world that they had before.
    const orders = random.fork(`erasures of ${person.name}`)
    if (!orders.chance(ERASED_RATE)) continue
    if (orders.chance(0.5)) {
      scheduler.at(orders.int(START, until + ERASED_LATE_MS), () => erase(world, person))
    } else eraseAtWork(world, person, orders.int(1, LEASES_MAX), orders.int(0, AT_WORK_MS))
  }
  if (random.chance(POISON_RATE)) {
    scheduler.at(random.int(START, until), () => world.queue.take({ v: 99, poison: true }))
  }
}

/** An operator orders that somebody goes. */
function erase(world: World, { subjectKey, name }: Person): void {
  const { stage, object } = world
  stage.trace.note('hand', `orders that ${name} be erased`)
  const order = { erasure: stage.ids.uuid(), operator: 'ada', reason: 'asked for it' }
  object(subjectKey).erase(order, () => {})
}

/** The same while a consumer builds for them. */
function eraseAtWork(world: World, person: Person, lease: number, afterMs: number): void {
  const before = world.onWritten
  let leases = 0
  world.onWritten = (written) => {
    before(written)
    for (const { object, entry } of written) {
      if (object !== world.objects.get(person.subjectKey)) continue
      if (entry.type !== 'lease_granted' || entry.runs.length === 0) continue
      leases += 1
      if (leases === lease) world.stage.scheduler.after(afterMs, () => erase(world, person))
    }
  }
}

function deleteUser(world: World, which: number): void {
  const own = [...world.identity.users.values()].filter(({ userId }) => userId !== null)
  const user = own[Math.floor(which * own.length)]
  if (user === undefined) return
  world.stage.trace.note('hand', `deletes ${user.id}`)
  world.identity.deleteByHand(user.id)
}

function deleteCustomer(world: World, which: number): void {
  const customers = [...world.billing.customers.values()]
  const customer = customers[Math.floor(which * customers.length)]
  if (customer === undefined) return
  world.stage.trace.note('hand', `deletes ${customer.id}`)
  world.billing.deleteByHand(customer.id)
}

/** An operator gives a failed run another one. */
function reopen(world: World, which: number): void {
  const failed = [...world.objects.values()].flatMap((object) =>
    [...object.journal.state.sessions.values()].flatMap(({ specId, run, views }) =>
      views.at(-1)?.status === 'failed' ? [{ object, specId, run }] : [],
    ),
  )
  const chosen = failed[Math.floor(which * failed.length)]
  if (chosen === undefined) return
  const { object, specId, run } = chosen
  world.stage.trace.note('hand', `replays run ${run} of ${object.name}`)
  object.reopen({ specId, run }, () => {})
}
