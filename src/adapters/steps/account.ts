import type { HydrationStep, StepDefinition } from '../../core/hydration/step.ts'
import type { AccountWriter } from '../neon/account-writer.ts'
import { billingStepDefinition } from './billing.ts'
import { auth0UserIdIn } from './identity.ts'

export const accountStepDefinition: StepDefinition = { name: 'account' }

/** The row in `users`, with everything the other steps found. */
export const createAccountStep = (
  writer: Pick<AccountWriter, 'write' | 'erase' | 'erasePerson'>,
): HydrationStep => ({
  ...accountStepDefinition,
  ensure: ({ account, fence, refs }) =>
    writer.write({
      userId: account.userId,
      subjectKey: account.subjectKey,
      kind: account.kind,
      email: account.kind === 'email' ? account.identity : null,
      walletAddress: account.kind === 'wallet' ? account.identity : null,
      issuerSubject: account.kind === 'issuer' ? account.identity : null,
      planId: account.planId,
      auth0UserId: auth0UserIdIn(refs),
      stripeCustomerId: refs.get(billingStepDefinition.name) ?? null,
      fence,
      createdAt: new Date(account.createdAt),
      provenAt: account.provenAt === undefined ? null : new Date(account.provenAt),
      profile: account.profile ?? {},
    }),
  remove: ({ account, fence, order, refs }) =>
    order === null
      ? writer.erase(account.subjectKey, fence)
      : writer.erasePerson({
          userId: account.userId,
          subjectKey: account.subjectKey,
          orderedAt: order.orderedAt,
          lastRun: order.lastRun,
          sessions: order.sessions.map(({ specId }) => specId),
          customerId: refs.get(billingStepDefinition.name) ?? null,
        }),
})
