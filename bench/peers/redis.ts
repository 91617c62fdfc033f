import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../test/support/ports.ts'
import { untilSaid } from '../../test/support/until-said.ts'
import { newFolder } from '../harness/storage.ts'

const PROGRAM = 'redis-server'
const READY = 'Ready to accept connections'

export interface Redis {
  readonly url: string
  stop(): Promise<void>
}

/** @returns `null` where it is not installed */
export function redisVersion(): string | null {
  try {
    const told = execFileSync(PROGRAM, ['--version'], { encoding: 'utf8' })
    return /v=(\S+)/.exec(told)?.[1] ?? 'unknown'
  } catch {
    return null
  }
}

/**
 * A Redis of its own, open to this machine only, that answers when what it was told is on the disk:
 * one `fsync` for all that came in together.
 *
 * @param storage the folder under which it gets one of its own
 */
export async function startRedis(storage: string): Promise<Redis> {
  const folder = newFolder(storage, 'redis')
  const port = await freePort()
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    // A team lets it rewrite its log in a quiet hour.
    'auto-aof-rewrite-percentage': '0',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const server = spawn(PROGRAM, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const endWithUs = () => server.kill('SIGKILL')
  process.once('exit', endWithUs)
  await untilSaid(server.stdout, READY, 'Redis')
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      process.off('exit', endWithUs)
      if (server.exitCode === null && server.signalCode === null) {
        const exit = once(server, 'exit')
        server.kill('SIGKILL')
        await exit
      }
    },
  }
}
