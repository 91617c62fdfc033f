import { expect, test } from 'vitest'
import { Scene } from './scene.ts'
import { pressLink } from './visitor.ts'

// Two calm stories from beginning to end, told again and again: each time one fault strikes, at the
// first opportunity, at the second, and so on. No crash point is left out, and chance has no say.

/** Ada signs up, and comes back by the link of her mail. */
async function comesBack(scene: Scene): Promise<void> {
  const { world, ada } = scene
  world.onDelivery = ({ id, kind }) => {
    if (kind === 'proof') void pressLink(world, 'link', { subjectKey: ada.subjectKey, mail: id })
  }
  scene.signUp()
  await scene.rest()
}

/** Ada signs up, and is never heard of again. */
async function goesAway(scene: Scene): Promise<void> {
  scene.signUp()
  await scene.rest()
}

const STORIES = [
  ['comes back by the link', comesBack, { rows: 1, identities: 1, customers: 1, codes: 1 }],
  ['goes away', goesAway, { rows: 0, identities: 0, customers: 0, codes: 1, invitations: 1 }],
] as const

test.each(STORIES)('a person who %s, with one fault at each moment', async (_, tell, effects) => {
  const calm = new Scene()
  await tell(calm)
  expect(calm.effects).toMatchObject(effects)
  const { opportunities } = calm.faults
  expect(opportunities).toBeGreaterThan(100)
  for (let moment = 1; moment <= opportunities; moment += 1) {
    const scene = new Scene()
    scene.faults.strikeAt(moment)
    await tell(scene)
    const fault = scene.world.stage.trace.story.find(({ actor }) => actor === 'FAULT')?.event
    // Whose page died before it was answered may have given up.
    if (scene.sessions.length === 0 && scene.world.ledger.promised.size === 0) continue
    expect({ fault, ...scene.effects }).toMatchObject({ fault, ...effects })
  }
})
