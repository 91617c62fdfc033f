import { z } from 'zod'
import type { AccountFacts, FrozenCall, StepFailure } from '../../contract/hydration.ts'
import { type Result, fail, ok } from '../../contract/result.ts'
import type { HydrationStep, StepDefinition, StepInput } from '../../core/hydration/step.ts'
import { Auth0Management } from '../auth0/management.ts'
import { unguessablePassword } from '../auth0/password.ts'
import type { Auth0Settings } from '../auth0/settings.ts'
import type { CallGate } from '../call-gate.ts'
import { IDENTITY_STEP } from './names.ts'

/**
 * In place of a user's id: somebody else has this address at Auth0. No failure, since the run goes on
 * as everybody's does; whoever proves the address settles it. Auth0's own ids have a bar in them.
 */
const ADDRESS_HELD = 'conflict'

/** The Auth0 user among what the steps found; `null` when there is none of ours. */
export function auth0UserIdIn(refs: ReadonlyMap<string, string>): string | null {
  const ref = refs.get(IDENTITY_STEP) ?? ADDRESS_HELD
  return ref === ADDRESS_HELD ? null : ref
}

export const identityStepDefinition = ({
  connection,
}: Pick<Auth0Settings, 'connection'>): StepDefinition => ({
  name: IDENTITY_STEP,
  // A database connection knows people by their addresses only.
  kinds: ['email'],
  // Everything but the password, which is not to be stored: under one id there is one creation,
  // whatever password a retry comes with.
  freeze: ({ userId, identity }) => ({
    connection,
    user_id: userId,
    email: identity,
    email_verified: false,
    verify_email: false,
    app_metadata: { foyer_user_id: userId },
  }),
})

/** What the step asks of Auth0. */
export type UserApi = Pick<Auth0Management, 'send'>

/** The Auth0 user of an account, created once under an id of ours. */
export const createIdentityStep = (settings: Auth0Settings, gate: CallGate): HydrationStep =>
  identityStepWith(new Auth0Management(settings, gate), settings)

export const identityStepWith = (
  auth0: UserApi,
  settings: Pick<Auth0Settings, 'connection'>,
): HydrationStep => ({
  ...identityStepDefinition(settings),
  ensure: (input) => ensureUser(auth0, input),
  remove: ({ account }) => removeUser(auth0, account),
  count: ({ account, refs }) => countUsers(auth0, account, refs),
  tell: ({ account, refs }) => findUser(auth0, auth0UserIdIn(refs) ?? ownIdOf(account.userId)),
})

async function ensureUser(
  auth0: UserApi,
  { account, work: { call }, refs }: StepInput,
): Promise<Result<string, StepFailure>> {
  if (call === null) throw new Error('identity was leased without its frozen call')
  const known = auth0UserIdIn(refs)
  if (known === null) return createUser(auth0, account, call)
  // A known user is asked for, too: a returning person costs one call, like a new one.
  const found = await userExists(auth0, known)
  if (!found.ok) return found
  // Deleted by hand: the person gets another one under the same id, and sees nothing of it.
  return found.value ? ok(known) : createUser(auth0, account, call)
}

async function createUser(
  auth0: UserApi,
  { userId }: AccountFacts,
  { body }: FrozenCall,
): Promise<Result<string, StepFailure>> {
  const id = ownIdOf(userId)
  const created = await auth0.send({
    method: 'POST',
    path: '/users',
    body: { ...body, password: unguessablePassword() },
    understood: [201, 409],
  })
  if (!created.ok) return created
  if (created.value.status === 201) return ownId(created.value.body, id)
  // Made by a call whose answer was lost, or somebody else's. By id, never by address: an address
  // proves nothing yet. Auth0 promises that a read by id sees every write before it.
  const found = await userExists(auth0, id)
  return found.ok ? ok(found.value ? id : ADDRESS_HELD) : found
}

/** By our id, which nobody else's user can have; Auth0 answers alike when there is none. */
async function removeUser(
  auth0: UserApi,
  { userId }: AccountFacts,
): Promise<Result<null, StepFailure>> {
  const removed = await auth0.send({
    method: 'DELETE',
    path: `/users/${encodeURIComponent(ownIdOf(userId))}`,
    understood: [204],
  })
  return removed.ok ? ok(null) : removed
}

/** By id, so one at the most: whoever else has the address is not ours. */
async function countUsers(
  auth0: UserApi,
  { userId }: AccountFacts,
  refs: ReadonlyMap<string, string>,
): Promise<Result<number, StepFailure>> {
  const found = await userExists(auth0, auth0UserIdIn(refs) ?? ownIdOf(userId))
  return found.ok ? ok(found.value ? 1 : 0) : found
}

const ownIdOf = (userId: string): string => `auth0|${userId}`

const User = z.object({ user_id: z.string() })
const WholeUser = z.looseObject(User.shape)
const NoUser = z.object({ statusCode: z.literal(404) })

/** What only looks like Auth0's answer may be the page of a proxy. */
const UNREADABLE: StepFailure = { kind: 'unavailable', detail: 'auth0 answered without a user' }

/** Only a database connection takes our id; without it no lost answer could ever be found again. */
function ownId(body: unknown, id: string): Result<string, StepFailure> {
  const user = User.safeParse(body)
  if (!user.success) return fail(UNREADABLE)
  if (user.data.user_id === id) return ok(id)
  return fail({ kind: 'rejected', detail: 'auth0 connection does not take our id' })
}

async function userExists(auth0: UserApi, id: string): Promise<Result<boolean, StepFailure>> {
  const found = await findUser(auth0, id)
  return found.ok ? ok(found.value !== null) : found
}

/** As Auth0 shows it, whole. */
async function findUser(auth0: UserApi, id: string): Promise<Result<object | null, StepFailure>> {
  const path = `/users/${encodeURIComponent(id)}`
  const found = await auth0.send({ method: 'GET', path, understood: [200, 404] })
  if (!found.ok) return found
  const { status, body } = found.value
  if (status === 404) return NoUser.safeParse(body).success ? ok(null) : fail(UNREADABLE)
  const user = WholeUser.safeParse(body).data
  return user?.user_id === id ? ok(user) : fail(UNREADABLE)
}
