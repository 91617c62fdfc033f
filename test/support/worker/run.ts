import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { stepDefinitions } from '../../../src/adapters/steps/registry.ts'
import type { SessionView, SignUpResponse } from '../../../src/contract/onboarding.ts'
import { Entry } from '../../../src/core/onboarding/entries.ts'
import { parseSettings } from '../../../src/env.ts'
import { bindings, eventually, getSession, subjectOf } from './api.ts'

/** The steps of a run under these settings, in order. */
export const STEP_NAMES = stepDefinitions(parseSettings(bindings)).map(({ name }) => name)

/** What a session sees of the steps when this one failed. */
export const stepsUpTo = (failed: string) =>
  STEP_NAMES.map((name, position) => {
    const at = STEP_NAMES.indexOf(failed)
    const status = position < at ? 'done' : position === at ? 'failed' : 'pending'
    return { name, status }
  })

export const timelineOf = (token: string): Promise<Entry[]> =>
  runInDurableObject(subjectOf(token), (_instance, state: DurableObjectState) =>
    state.storage.sql
      .exec<{ entry: string }>('SELECT entry FROM timeline ORDER BY seq')
      .toArray()
      .map(({ entry }) => Entry.parse(JSON.parse(entry))),
  )

export const failuresOf = async (token: string) =>
  (await timelineOf(token)).filter((entry) => entry.type === 'pass_failed')

/** Lets a waiting run's time come: the alarm runs now instead of in some seconds. */
export const hurry = async (token: string): Promise<void> => {
  await runDurableObjectAlarm(subjectOf(token))
  await subjectOf(token).wake()
}

/** The end of a run whose retries are hurried along. */
export const untilOver = ({ token }: SignUpResponse): Promise<SessionView> =>
  eventually('the end of the run', async () => {
    await hurry(token)
    const view = await getSession(token)
    return (view.status === 'merged' || view.status === 'failed') && view
  })
