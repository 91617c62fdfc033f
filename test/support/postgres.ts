import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { findBinaries, type Identity, temporaryRoot, unprivileged } from './postgres-binaries.ts'
import { untilSaid } from './until-said.ts'

export interface TestPostgres {
  readonly url: string
  /** Of the server that all its processes come from, while it runs. */
  readonly pid: () => number | undefined
  /** It dies with everything that was under way; what it had committed stays. */
  crash(): Promise<void>
  /** After a crash: on the same port, with the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const READY = 'database system is ready to accept connections'

export interface PostgresOptions {
  /** Whether what it has committed outlives a power cut; nothing of a test needs to. */
  readonly durable?: boolean
}

/** A real PostgreSQL of its own, in a temporary folder and open to this machine only; up in about a second. */
export async function startPostgres({
  durable = false,
}: PostgresOptions = {}): Promise<TestPostgres> {
  const identity = unprivileged()
  const folder = await mkdtemp(join(await temporaryRoot(identity), 'foyer-postgres-'))
  await chmod(folder, 0o755)
  if (identity.uid !== undefined) await chown(folder, identity.uid, identity.gid ?? identity.uid)
  const binaries = await findBinaries(identity, folder)
  const data = join(folder, 'data')
  await initialise(binaries.initdb, data, identity)

  const port = await freePort()
  const launch = async () => {
    const server = spawn(
      binaries.postgres,
      ['-D', data, '-p', String(port), ...settingsFor(durable)],
      {
        ...identity,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    const endWithUs = () => server.kill('SIGQUIT')
    process.once('exit', endWithUs)
    await untilSaid(server.stderr, READY, 'PostgreSQL')
    return {
      pid: server.pid,
      async end(signal: NodeJS.Signals) {
        process.off('exit', endWithUs)
        const exit = once(server, 'exit')
        server.kill(signal)
        await exit
      },
    }
  }
  let running: Awaited<ReturnType<typeof launch>> | undefined = await launch()
  return {
    url: `postgres://foyer@127.0.0.1:${port}/postgres`,
    pid: () => running?.pid,
    async crash() {
      await running?.end('SIGQUIT')
      running = undefined
    },
    async restart() {
      running ??= await launch()
    },
    async stop() {
      await running?.end('SIGINT')
      await rm(folder, { recursive: true })
    },
  }
}

// A socket would outlive a SIGKILL.
const settingsFor = (durable: boolean): readonly string[] =>
  [
    `fsync=${durable ? 'on' : 'off'}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
  ].flatMap((setting) => ['-c', setting])

async function initialise(initdb: string, data: string, identity: Identity): Promise<void> {
  const options = ['--username=foyer', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  const child = spawn(initdb, ['-D', data, ...options], {
    ...identity,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint += String(chunk)))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`initdb failed:\n${complaint}`)
}
