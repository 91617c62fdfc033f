// What a product uses of the client.

export { createFoyer } from './create-foyer.ts'
export type { Deed, Foyer, FoyerOptions, Keep, Profile, SignUp } from './foyer.ts'
export type { Outcome, Problem } from './problem.ts'
export { sameOriginPath } from './same-origin.ts'
export { NOTHING_YET, type Person, type Snapshot, type Transport } from './snapshot.ts'
