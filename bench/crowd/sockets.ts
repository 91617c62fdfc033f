import { readFileSync, readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { deliver } from '../decisions/deliver.ts'
import { messageOf, viewOf } from '../decisions/visitors.ts'
import { privateBytesOf } from '../harness/cpu.ts'
import { newPeople } from '../harness/request.ts'
import type { WorkerSide } from '../harness/side.ts'
import type { Held, Holders } from './holders.ts'

/** As many as a second of sign-ups: after each wave it is decided whether there is another one. */
const WAVE = 200
/** Ten thousands tell no more than these, and take the box from whoever else works on it. */
export const SOCKETS_MAX = 20_000
const RAMP_MAX_MS = 40_000
/**
 * Of the files that the runtime may have open. An object that is awake with its socket has five, one
 * that sleeps two: the others wait until some have fallen asleep, or the runtime would end.
 */
const FILES_SHARE_MAX = 0.5
/** What is pushed wakes its object; those that are awake already fall asleep meanwhile. */
const FILES_SHARE_MAX_OF_PUSHES = 0.7
/**
 * Held and idle before anything is counted: a runtime that was busy keeps the room that it needed, and
 * that is no session's.
 */
const FIRST = 1_000
/** Of the bare platform, at the pace of sessions, so that as many objects are awake at a time. */
const BARE_WAVE = 100
const BARE_WAVES = 25
const BARE_PACE_MS = 1_000
const MERGED_MAX_MS = 20_000
/** Idle objects leave the memory after ten to thirteen seconds. */
const IDLE_MS = 14_000
const LOOK_MS = 250
/** As many messages as a batch of the queue has at most. */
const BATCH = 100
const PUSH_MAX_MS = 15_000

export type StoppedBy =
  | 'our own bound'
  | 'time'
  | 'files that the runtime has open'
  | 'a socket that was not opened'

export interface Idle {
  /** Held besides the first ones. */
  readonly sockets: number
  /** Private memory of the runtime with the first ones, and with all; `null` where nobody tells. */
  readonly firstBytes: number | null
  readonly idleBytes: number | null
  readonly bytesEach: number | null
}

export interface LiveSockets extends Idle {
  readonly opened: number
  readonly merged: number
  /** After each was sent a recommendation. */
  readonly stillOpen: number
  readonly pushed: number
  readonly stoppedBy: StoppedBy
  /** The first thing that went wrong, in words. */
  readonly fault: string | null
  /** Of the runtime, at the end; `null` where nobody tells. */
  readonly filesOpen: number | null
  readonly filesMax: number | null
}

/** Sessions with a live socket each: signed up, merged, idle, then one push each. */
export async function measureSessions(side: WorkerSide, holders: Holders): Promise<LiveSockets> {
  const open = (count: number) => holders.open(side.url, { people: newPeople(count) })
  const first = expectAll(await open(FIRST))
  await untilMerged(holders)
  await sleep(IDLE_MS)
  const firstBytes = memoryOf(side)
  const stoppedBy = await ramp(side, open)
  const { open: sockets, merged, visitors } = await untilMerged(holders)
  await sleep(IDLE_MS)
  const idle = idleOf(sockets - first.open, firstBytes, memoryOf(side))
  const pushed = await pushEach(side, holders)
  return {
    ...idle,
    opened: visitors.length,
    merged,
    stillOpen: pushed.open,
    pushed: pushed.recommended,
    stoppedBy,
    fault: pushed.faults[0] ?? null,
    ...filesOf(side),
  }
}

/** The bare platform's, to compare the memory with. */
export async function measureBareSockets(side: WorkerSide, holders: Holders): Promise<Idle> {
  const open = async (count: number) =>
    expectAll(await holders.open(side.url, { paths: newPaths(count) }))
  const first = await open(FIRST)
  await sleep(IDLE_MS)
  const firstBytes = memoryOf(side)
  for (let wave = 0; wave < BARE_WAVES; wave += 1) {
    await open(BARE_WAVE)
    await sleep(BARE_PACE_MS)
  }
  await sleep(IDLE_MS)
  const { open: sockets } = await holders.look()
  return idleOf(sockets - first.open, firstBytes, memoryOf(side))
}

function expectAll(held: Held): Held {
  if (held.faults[0] !== undefined) throw new Error(held.faults[0])
  return held
}

async function ramp(side: WorkerSide, open: (count: number) => Promise<Held>): Promise<StoppedBy> {
  const startedAt = performance.now()
  for (let opened = 0; opened < SOCKETS_MAX;) {
    const isShort = areFilesShort(side, FILES_SHARE_MAX)
    if (performance.now() - startedAt > RAMP_MAX_MS) {
      return isShort ? 'files that the runtime has open' : 'time'
    }
    if (isShort) {
      await sleep(LOOK_MS)
      continue
    }
    const held = await open(WAVE)
    if (held.faults.length > 0) return 'a socket that was not opened'
    opened = held.open
  }
  return 'our own bound'
}

function areFilesShort(side: WorkerSide, share: number): boolean {
  const { filesOpen, filesMax } = filesOf(side)
  return filesOpen !== null && filesMax !== null && filesOpen > filesMax * share
}

/** One event of each session, delivered to the consumer at once: what is recommended is pushed. */
async function pushEach(side: WorkerSide, holders: Holders): Promise<Held> {
  const { visitors } = await holders.look()
  const startedAt = performance.now()
  for (let at = 0; at < visitors.length; at += BATCH) {
    if (performance.now() - startedAt > PUSH_MAX_MS) break
    if (areFilesShort(side, FILES_SHARE_MAX_OF_PUSHES)) break
    const messages = visitors.slice(at, at + BATCH).map((one) => messageOf(one, viewOf('/profile')))
    await deliver(side, 'foyer-behavior-events', messages)
  }
  return holders.look()
}

/** Until all have heard that their account is there, or nobody is waited for any more. */
async function untilMerged(holders: Holders): Promise<Held> {
  const startedAt = performance.now()
  for (;;) {
    const held = await holders.look()
    if (held.merged >= held.open || performance.now() - startedAt > MERGED_MAX_MS) return held
    await sleep(LOOK_MS)
  }
}

function idleOf(sockets: number, firstBytes: number | null, idleBytes: number | null): Idle {
  const isTold = firstBytes !== null && idleBytes !== null && sockets > 0
  const bytesEach = isTold ? (idleBytes - firstBytes) / sockets : null
  return { sockets, firstBytes, idleBytes, bytesEach }
}

function memoryOf({ pids }: WorkerSide): number | null {
  const all = pids.map(privateBytesOf)
  return all.length === 0 || all.includes(null)
    ? null
    : all.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
}

/** Linux only; elsewhere nobody tells. */
function filesOf({ pids: [pid] }: WorkerSide): Pick<LiveSockets, 'filesOpen' | 'filesMax'> {
  try {
    const [, max] =
      /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
    return { filesOpen: readdirSync(`/proc/${pid}/fd`).length, filesMax: Number(max) }
  } catch {
    return { filesOpen: null, filesMax: null }
  }
}

const newPaths = (count: number): readonly string[] =>
  Array.from({ length: count }, () => `/${randomUUID()}`)
