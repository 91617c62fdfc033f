import { randomBytes } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import pLimit from 'p-limit'
import { z } from 'zod'
import { CREATED, answerTo, signUp } from '../harness/request.ts'
import { FrameReader } from './frames.ts'
import type { Held, HolderOrder } from './holders.ts'

// A process of its own that holds sockets, since each of them is a file to it: opens as many as it is told,
// and says how they stand when asked. Ends with its parent.

/** Upgrades at a time. */
const AT_ONCE = 24
const TIMEOUT_MS = 15_000

const agent = new Agent({ keepAlive: false })
const limit = pLimit(AT_ONCE)
const held: Held = { open: 0, merged: 0, recommended: 0, said: 0, faults: [], visitors: [] }

const SignedUp = z.object({ token: z.string(), specId: z.string() })
const Claims = z.object({ key: z.string() })

/** Somebody who signs up, and watches. */
async function watch(origin: string, person: string): Promise<void> {
  const { token, specId } = SignedUp.parse(await answerTo(new URL(origin), signUp(person), CREATED))
  const [, payload = ''] = token.split('.')
  const { key } = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  await hold(origin, `/ws/onboarding/${specId}`, ['foyer.v1', `bearer.${token}`])
  held.visitors.push({ specId, key, token: '' })
}

/** A raw upgrade: a client of its own for each would cost more than what is measured. */
function hold(origin: string, path: string, protocols: readonly string[]): Promise<void> {
  const sent = httpRequest(new URL(path, origin), {
    agent,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') }),
    },
  })
  return new Promise((resolve, reject) => {
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('no answer to an upgrade')))
    sent.once('error', reject)
    sent.once('response', ({ statusCode }) =>
      reject(new Error(`an upgrade was answered ${statusCode}`)),
    )
    sent.once('upgrade', (_response, socket, head) => {
      const reader = new FrameReader()
      const hear = (chunk: Buffer) => reader.read(chunk).forEach(note)
      socket.setTimeout(0)
      socket.on('data', hear)
      socket.on('error', () => undefined)
      socket.once('close', () => (held.open -= 1))
      held.open += 1
      hear(head)
      resolve()
    })
    sent.end()
  })
}

function note(text: string): void {
  held.said += 1
  if (text.includes('"status":"merged"')) held.merged += 1
  if (text.includes('"type":"recommendation"')) held.recommended += 1
}

async function open({ origin, people, paths }: HolderOrder): Promise<void> {
  const holding = [
    ...people.map((person) => () => watch(origin, person)),
    ...paths.map((path) => () => hold(origin, path, [])),
  ]
  const done = await Promise.allSettled(holding.map((start) => limit(start)))
  for (const one of done) {
    if (one.status === 'rejected') held.faults.push(String(one.reason))
  }
}

process.on('message', (order: HolderOrder) => {
  void open(order).then(() => process.send?.(held))
})
process.once('disconnect', () => process.exit(0))
