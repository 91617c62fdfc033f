import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WakeMessage } from '../../src/contract/messages.ts'

const wake = (number: number): WakeMessage => ({
  v: 1,
  key: String(number).padEnd(43, 'k'),
  sessions: [],
  traceparent: '',
})

/** A fresh isolate, and what it sends. */
async function isolate() {
  vi.resetModules()
  const { sendGathered } = await import('../../src/http/wake-gatherer.ts')
  const batches: string[][] = []
  const queue = {
    sendBatch: async (messages: readonly { readonly body: WakeMessage }[]) => {
      batches.push(messages.map(({ body }) => body.key.replaceAll('k', '')))
    },
  } as unknown as Queue<WakeMessage>
  return { send: (number: number) => sendGathered(queue, wake(number)), batches }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('the wake-ups of requests that overlap are one call', async () => {
  const { send, batches } = await isolate()
  const sent = [1, 2, 3].map(send)
  await vi.runAllTimersAsync()
  await Promise.all(sent)
  expect(batches).toEqual([['1', '2', '3']])
})

test('a crowd does not wait: 25 go at once, the next one gathers anew', async () => {
  const { send, batches } = await isolate()
  const sent = Array.from({ length: 26 }, (_, number) => send(number))
  await vi.runAllTimersAsync()
  await Promise.all(sent)
  expect(batches.map(({ length }) => length)).toEqual([25, 1])
})

test('F3: the request that gathers is cut off: the next one sends for it, and nobody gathers in vain', async () => {
  const { send, batches } = await isolate()
  void send(1)
  // Its timer dies with it.
  vi.clearAllTimers()
  vi.setSystemTime(Date.now() + 1_000)
  await send(2)
  expect(batches).toEqual([['1', '2']])
  const next = send(3)
  await vi.runAllTimersAsync()
  await next
  expect(batches[1]).toEqual(['3'])
})
