import { readFileSync, readdirSync } from 'node:fs'

/** A process, as Linux tells of it. */
interface Relative {
  readonly pid: number
  readonly parent: number
  readonly name: string
}

/** The runtimes that this process has started itself. Linux only; elsewhere nobody tells. */
export const ownRuntimes = (): readonly number[] =>
  processes()
    .filter(({ name, parent }) => name === 'workerd' && parent === process.pid)
    .map(({ pid }) => pid)

/** @returns of these processes and all below them, in milliseconds; `null` where nobody tells */
export function cpuMsOfTrees(roots: readonly number[]): number | null {
  const all = processes()
  const family = new Set(roots)
  // Parents are older than their children, and listed first but for a wrap of the pids.
  for (const { pid, parent } of all) if (family.has(parent)) family.add(pid)
  const known = all.filter(({ pid }) => family.has(pid))
  return known.length === 0 ? null : known.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0)
}

/** @returns memory that is in use by this process and by no other, in bytes; `null` where nobody tells */
export function privateBytesOf(pid: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kib = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].map(([, value]) =>
      Number(value),
    )
    return kib.reduce((sum, value) => sum + value, 0) * 1_024
  } catch {
    return null
  }
}

function processes(): readonly Relative[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => relative(pid) ?? [])
      .toSorted((left, right) => left.pid - right.pid)
  } catch {
    return []
  }
}

function relative(pid: string): Relative | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const nameEnd = stat.lastIndexOf(')')
    return {
      pid: Number(pid),
      parent: Number(stat.slice(nameEnd + 2).split(' ')[1]),
      name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

/** From the scheduler's own count, in nanoseconds, of every thread. */
function cpuMsOf(pid: number): number {
  try {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
      try {
        return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
      } catch {
        return 0
      }
    })
    return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6
  } catch {
    return 0
  }
}
