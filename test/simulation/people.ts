import type { OpenSession } from '../../src/contract/subject-rpc.ts'
import { Browser } from './browser.ts'
import type { Random } from './random.ts'
import { START } from './scheduler.ts'
import type { World } from './world.ts'

const NAMES = ['ada', 'bob', 'cleo', 'dora'] as const
const VISITS_MAX = 5
/** An impatient second click comes while the first is under way. */
const DOUBLE_CLICK_MAX_MS = 3_000
const LOOKS_MAX = 4
const LOOK_MIN_MS = 200
const LOOK_MAX_MS = 6 * 3_600_000
const HOUR_MS = 3_600_000

export interface Person {
  readonly name: string
  readonly email: string
  /** As a pepper would derive it: 43 characters, and always the same. */
  readonly subjectKey: string
}

export const personNamed = (name: string): Person => ({
  name,
  email: `${name}@example.com`,
  subjectKey: name.padEnd(43, '0'),
})

export const commandOf = (
  { email, subjectKey }: Person,
  change: Partial<OpenSession> = {},
): OpenSession => ({
  subjectKey,
  identity: email,
  client: 'home',
  planId: 'pro',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ...change,
})

/** Lets a few people sign up before `until`, in their ways. Answers who they are. */
export function drawPeople(world: World, random: Random, until: number): readonly Person[] {
  const people = NAMES.slice(0, random.pick([1, 1, 2, 4])).map(personNamed)
  for (const person of people) {
    const visits = random.int(1, VISITS_MAX)
    let at = START + random.int(0, 5_000)
    for (let visit = 1; visit <= visits && at < until; visit += 1) {
      drawVisit(world, random, { person, visit, at })
      // Minutes, hours or days later; sometimes at once, from another device.
      at += random.chance(0.3) ? random.int(0, 2_000) : random.spread(10_000, 48 * HOUR_MS)
    }
  }
  return people
}

interface Visit {
  readonly person: Person
  readonly visit: number
  readonly at: number
}

function drawVisit(world: World, random: Random, { person, visit, at }: Visit): void {
  const command = commandOf(person, {
    client: random.pick(['home', 'phone', 'stranger']),
    planId: random.pick(['free', 'pro']),
    // A client of an old kind sends none.
    ...(random.chance(0.9) ? { idempotencyKey: `submit-of-${person.name}-${visit}` } : {}),
  })
  const clicks = random.chance(0.25) ? [at, at + random.int(0, DOUBLE_CLICK_MAX_MS)] : [at]
  for (const [click, clickAt] of clicks.entries()) {
    const looks = Array.from({ length: random.int(0, LOOKS_MAX) }, () =>
      random.spread(LOOK_MIN_MS, LOOK_MAX_MS),
    )
    const name = `${person.name} ${visit}${click === 0 ? '' : 'b'}`
    world.stage.scheduler.at(clickAt, () => {
      void new Browser(world, name, command).visit(looks)
    })
  }
}
