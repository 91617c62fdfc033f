import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { Provider } from '../../../src/contract/budget-rpc.ts'
import { bindings } from './api.ts'

/** Forgets what the budgets have seen of the providers: no test waits for another one's outage. */
export const resetBudgets = async (): Promise<void> => {
  await Promise.all(
    Provider.options.map(async (provider) => {
      const budget = bindings.BUDGETS.getByName(provider)
      await runInDurableObject(budget, (_instance, state: DurableObjectState) => {
        state.storage.kv.delete('kept')
      })
      await evictDurableObject(budget)
    }),
  )
}
