import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { generateTokenKey } from '../token-keys.ts'
import { Problem } from './problem.ts'
import { writePrivately } from './private-file.ts'

const Secrets = z.object({
  SUBJECT_PEPPER: z.string(),
  TOKEN_KEYS: z.string(),
  ADMIN_TOKEN: z.string(),
  AUTH0_CLIENT_ID: z.string(),
  AUTH0_CLIENT_SECRET: z.string(),
  STRIPE_SECRET_KEY: z.string(),
  STRIPE_WEBHOOK_SECRET: z.string(),
  RESEND_API_KEY: z.string(),
})
export type Secrets = z.infer<typeof Secrets>

/** As many as the output of the hash that they key. */
const SECRET_BYTES = 32

/**
 * The secrets of this data folder, made at its first start and the same ever after: with another
 * pepper nobody would be found again, with other keys everybody would be logged out.
 */
export function openSecrets(dataDirectory: string): Secrets {
  const path = join(dataDirectory, 'secrets.json')
  const kept = read(path)
  const secrets = Secrets.parse({ ...generate(), ...kept })
  if (Object.keys(secrets).some((name) => kept[name] === undefined)) {
    writePrivately(path, `${JSON.stringify(secrets, undefined, 2)}\n`)
  }
  return secrets
}

function read(path: string): Record<string, string> {
  if (!existsSync(path)) return {}
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // To go on with new ones would lock out everybody in this data folder.
    throw new Problem(`${path} cannot be read: put it right, or remove the folder to start anew`)
  }
}

/** What a deployment has to make itself: everything else comes with an account somewhere. */
export const generateOwnSecrets = (): Pick<Secrets, 'SUBJECT_PEPPER' | 'TOKEN_KEYS'> => ({
  SUBJECT_PEPPER: randomText(),
  TOKEN_KEYS: generateTokenKeys(),
})

function generate(): Secrets {
  return {
    ...generateOwnSecrets(),
    ADMIN_TOKEN: randomText(),
    AUTH0_CLIENT_ID: `local_${randomText()}`,
    AUTH0_CLIENT_SECRET: randomText(),
    STRIPE_SECRET_KEY: `sk_test_local_${randomText()}`,
    STRIPE_WEBHOOK_SECRET: `whsec_local_${randomText()}`,
    RESEND_API_KEY: `re_local_${randomText()}`,
  }
}

function randomText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

const generateTokenKeys = (): string => JSON.stringify({ keys: [generateTokenKey()] })
