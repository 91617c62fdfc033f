import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface RunningProcess {
  readonly pid: number
  /** The process group, named by the pid of the process that opened it. */
  readonly group: number
  readonly command: string
}

/** Everything that runs on this machine, without zombies: those are dead and only not yet buried. */
export function runningProcesses(): RunningProcess[] {
  return process.platform === 'linux' ? fromProc() : fromPs()
}

function fromProc(): RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      // The name of the program stands in brackets and may itself contain anything.
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return state === 'Z' ? [] : [{ pid: Number(pid), group: Number(group), command }]
    } catch {
      return [] // It ended while we were reading.
    }
  })
}

function fromPs(): RunningProcess[] {
  const columns = 'pid=,pgid=,state=,args='
  const listing = execFileSync('ps', ['-A', '-o', columns], { encoding: 'utf8' })
  return listing.split('\n').flatMap((line) => {
    const [, pid, group, state, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || state?.startsWith('Z')) return []
    return [{ pid: Number(pid), group: Number(group), command }]
  })
}

export function membersOf(group: number): RunningProcess[] {
  return runningProcesses().filter((running) => running.group === group)
}

/** False when there was nothing to signal. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
