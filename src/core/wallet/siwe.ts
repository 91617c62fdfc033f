import { type Result, fail, ok } from '../../contract/result.ts'
import { momentOf } from './rfc3339.ts'
import { AUTHORITY, SCHEME, hasSoundHost, isPchars, isPlainText, isUri } from './rfc3986.ts'

/** A message of "Sign in with Ethereum"; texts are kept as they were signed. */
export interface SiweMessage {
  readonly scheme?: string | undefined
  readonly domain: string
  /** With the checksum of EIP-55. */
  readonly address: string
  readonly statement?: string | undefined
  readonly uri: string
  readonly chainId: string
  readonly nonce: string
  readonly issuedAt: string
  readonly expirationTime?: string | undefined
  readonly notBefore?: string | undefined
  readonly requestId?: string | undefined
  readonly resources?: readonly string[] | undefined
}

const HEADER = new RegExp(
  `^(?:(${SCHEME})://)?(${AUTHORITY}) wants you to sign in with your Ethereum account:$`,
)
const isMoment = (text: string): boolean => momentOf(text) !== null

/** Ends the reading; its message names the part that is wrong, and quotes nothing. */
class Malformed extends Error {}

/** Takes a message line by line; whatever is not where the grammar wants it ends the reading. */
class Lines {
  readonly #lines: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#lines = text.split('\n')
  }

  get next(): string | undefined {
    return this.#lines[this.#at]
  }

  take(part: string): string {
    const line = this.next
    if (line === undefined) throw new Malformed(`ends before ${part}`)
    this.#at += 1
    return line
  }

  blank(part: string): void {
    if (this.take(part) !== '') throw new Malformed(`has no empty line before ${part}`)
  }

  field(label: string, isValid: (value: string) => boolean): string {
    const value = this.#valueOf(label)
    if (value === null) throw new Malformed(`has no "${label}" where it belongs`)
    this.#at += 1
    if (!isValid(value)) throw new Malformed(`has a "${label}" that is not valid`)
    return value
  }

  optional(label: string, isValid: (value: string) => boolean): string | undefined {
    return this.#valueOf(label) === null ? undefined : this.field(label, isValid)
  }

  /** What is left, which the grammar must know to the end. */
  rest(): readonly string[] {
    const rest = this.#lines.slice(this.#at)
    this.#at = this.#lines.length
    return rest
  }

  #valueOf(label: string): string | null {
    const prefix = `${label}: `
    return this.next?.startsWith(prefix) === true ? this.next.slice(prefix.length) : null
  }
}

/**
 * Reads a message by the grammar of EIP-4361 (https://eips.ethereum.org/EIPS/eip-4361), to the letter
 * and a little stricter: the address needs its checksum, the domain a name.
 *
 * @param checksummed the spelling that EIP-55 gives an address
 * @returns or which part is wrong
 */
export function parseSiwe(
  text: string,
  checksummed: (address: string) => string,
): Result<SiweMessage, string> {
  try {
    return ok(read(new Lines(text), checksummed))
  } catch (error) {
    if (error instanceof Malformed) return fail(error.message)
    throw error
  }
}

function read(lines: Lines, checksummed: (address: string) => string): SiweMessage {
  const header = readHeader(lines.take('its first line'))
  const address = lines.take('the address')
  if (!/^0x[0-9A-Fa-f]{40}$/.test(address)) throw new Malformed('has no valid address')
  if (checksummed(address) !== address) throw new Malformed('has an address with a wrong checksum')
  lines.blank('the statement')
  const statement = readStatement(lines)
  const uri = lines.field('URI', isUri)
  lines.field('Version', (version) => version === '1')
  return {
    ...header,
    address,
    statement,
    uri,
    chainId: lines.field('Chain ID', (id) => /^\d+$/.test(id)),
    nonce: lines.field('Nonce', (nonce) => /^[A-Za-z0-9]{8,}$/.test(nonce)),
    issuedAt: lines.field('Issued At', isMoment),
    expirationTime: lines.optional('Expiration Time', isMoment),
    notBefore: lines.optional('Not Before', isMoment),
    requestId: lines.optional('Request ID', isPchars),
    resources: readResources(lines.rest()),
  }
}

function readHeader(line: string): Pick<SiweMessage, 'scheme' | 'domain'> {
  const [, scheme, domain = ''] = HEADER.exec(line) ?? []
  if (domain === '' || !hasSoundHost(`//${domain}`)) throw new Malformed('has no valid first line')
  return { scheme, domain }
}

/** A message without one has two empty lines there; an empty statement makes three. */
function readStatement(lines: Lines): string | undefined {
  const statement = lines.take('the statement')
  if (statement === '' && lines.next !== '') return undefined
  if (!isPlainText(statement)) throw new Malformed('has a statement that is not valid')
  lines.blank('"URI"')
  return statement
}

function readResources(lines: readonly string[]): readonly string[] | undefined {
  const [label, ...items] = lines
  if (label === undefined) return undefined
  if (label !== 'Resources:') throw new Malformed('has a line that does not belong there')
  return items.map((item) => {
    const uri = item.slice(2)
    if (!item.startsWith('- ') || !isUri(uri)) throw new Malformed('has a resource that is no URI')
    return uri
  })
}

/** The one text of a message: `printSiwe` of what `parseSiwe` read is what it read. */
export function printSiwe(message: SiweMessage): string {
  const { scheme, domain, address, statement, resources } = message
  const optional = [
    ['Expiration Time', message.expirationTime],
    ['Not Before', message.notBefore],
    ['Request ID', message.requestId],
  ].flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${value}`]))
  return [
    `${scheme === undefined ? '' : `${scheme}://`}${domain} wants you to sign in with your Ethereum account:`,
    address,
    '',
    ...(statement === undefined ? [] : [statement]),
    '',
    `URI: ${message.uri}`,
    'Version: 1',
    `Chain ID: ${message.chainId}`,
    `Nonce: ${message.nonce}`,
    `Issued At: ${message.issuedAt}`,
    ...optional,
    ...(resources === undefined ? [] : ['Resources:', ...resources.map((uri) => `- ${uri}`)]),
  ].join('\n')
}
