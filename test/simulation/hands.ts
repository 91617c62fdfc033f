import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { START } from './scheduler.ts'
import type { World } from './world.ts'

const DELETIONS_MAX = 3
const HELD_RATE = 0.15
const REFUSED_RATE = 0.08
const POISON_RATE = 0.15
const REPLAYS_MAX = 4
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
  if (random.chance(POISON_RATE)) {
    scheduler.at(random.int(START, until), () => world.queue.take({ v: 99, poison: true }))
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
