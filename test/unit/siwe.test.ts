import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getAddress } from 'viem/utils'
import { createSiweMessage } from 'viem/siwe'
import { parseSiwe, printSiwe } from '../../src/core/wallet/siwe.ts'
import { momentOf } from '../../src/core/wallet/rfc3339.ts'

const ADDRESS = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'

const checksummed = (address: string): string => getAddress(address)
const parse = (text: string) => parseSiwe(text, checksummed)

const HEADER = 'example.com wants you to sign in with your Ethereum account:'
const STATEMENT = 'I accept the ExampleOrg Terms of Service: https://example.com/tos'
const FIELDS = [
  'URI: https://example.com/login',
  'Version: 1',
  'Chain ID: 1',
  'Nonce: 32891756',
  'Issued At: 2021-09-30T16:25:24Z',
]

interface Parts {
  readonly header?: string
  readonly address?: string
  /** The lines between the address and the fields. */
  readonly middle?: readonly string[]
  readonly fields?: readonly string[]
  readonly rest?: readonly string[]
}

const text = ({ header, address, middle, fields, rest }: Parts = {}): string =>
  [
    header ?? HEADER,
    address ?? ADDRESS,
    ...(middle ?? ['', STATEMENT, '']),
    ...(fields ?? FIELDS),
    ...(rest ?? []),
  ].join('\n')

const changed = (label: string, line: string): readonly string[] =>
  FIELDS.map((field) => (field.startsWith(`${label}: `) ? line : field))

describe('Q7: a message by the grammar of EIP-4361 is read', () => {
  test('into its parts', () => {
    expect(parse(text({ rest: ['Expiration Time: 2021-10-30T16:25:24.5+02:00'] }))).toMatchObject({
      ok: true,
      value: {
        domain: 'example.com',
        address: ADDRESS,
        statement: STATEMENT,
        uri: 'https://example.com/login',
        chainId: '1',
        nonce: '32891756',
        issuedAt: '2021-09-30T16:25:24Z',
        expirationTime: '2021-10-30T16:25:24.5+02:00',
      },
    })
  })

  test.each<readonly [string, Parts]>([
    ['with a scheme', { header: `https://${HEADER}` }],
    ['with a port', { header: HEADER.replace('.com', '.com:3388') }],
    ['with an IPv6 domain', { header: HEADER.replace('example.com', '[::1]:8787') }],
    ['without a statement', { middle: ['', ''] }],
    ['with an empty statement', { middle: ['', '', ''] }],
    ['with a statement that looks like a field', { middle: ['', 'URI: https://evil.example', ''] }],
    ['with an empty request id', { rest: ['Request ID: '] }],
    ['with resources', { rest: ['Resources:', '- ipfs://bafy/', '- https://example.com/a?b#c'] }],
    ['with no resource in the list', { rest: ['Resources:'] }],
    ['with a URI that has no authority', { fields: changed('URI', 'URI: did:example:123#key') }],
    [
      'with everything',
      {
        rest: [
          'Expiration Time: 2021-10-30T16:25:24Z',
          'Not Before: 2021-09-30T16:25:24Z',
          'Request ID: a%20b',
          'Resources:',
          '- urn:isbn:0451450523',
        ],
      },
    ],
  ])('%s', (_name, parts) => {
    const message = text(parts)
    const parsed = parse(message)
    expect(parsed.ok).toBe(true)
    expect(parsed.ok && printSiwe(parsed.value)).toBe(message)
  })

  test('as the wallets write it that use viem', () => {
    const message = createSiweMessage({
      address: ADDRESS,
      chainId: 10,
      domain: 'example.com',
      nonce: 'abcdef123456',
      uri: 'https://example.com/path',
      version: '1',
      statement: 'Hello there.',
      issuedAt: new Date(0),
      expirationTime: new Date(1_000),
      resources: ['https://example.com'],
    })
    expect(parse(message)).toMatchObject({ ok: true, value: { chainId: '10' } })
  })
})

describe('Q7: a message that is not by the grammar is refused', () => {
  test.each<readonly [string, string]>([
    ['empty', ''],
    ['X21: an address in lower case', text({ address: ADDRESS.toLowerCase() })],
    ['X21: an address in upper case', text({ address: `0x${ADDRESS.slice(2).toUpperCase()}` })],
    ['X21: one letter in the wrong case', text({ address: ADDRESS.replace('aaA', 'aAA') })],
    ['a short address', text({ address: ADDRESS.slice(0, -1) })],
    ['X22: a newline in the statement', text({ middle: ['', 'one', 'two', ''] })],
    ['X22: a newline that hides other fields', text({ middle: ['', 'one', '', ...FIELDS, ''] })],
    ['X22: a carriage return in the statement', text({ middle: ['', 'one\rtwo', ''] })],
    ['a statement outside ASCII', text({ middle: ['', 'Grüezi', ''] })],
    ['a line separator in the statement', text({ middle: ['', 'one\u2028two', ''] })],
    ['Windows line ends', text().replaceAll('\n', '\r\n')],
    ['a newline at the end', `${text()}\n`],
    ['a space before the first line', ` ${text()}`],
    ['no empty line before the statement', text({ middle: [STATEMENT, ''] })],
    ['no empty line after the statement', text({ middle: ['', STATEMENT] })],
    ['one empty line too many', text({ middle: ['', '', '', ''] })],
    ['no domain', text({ header: HEADER.replace('example.com ', ' ') })],
    ['a path in the domain', text({ header: HEADER.replace('.com', '.com/login') })],
    [
      'an IPv6 domain of too many groups',
      text({ header: HEADER.replace('example.com', '[1:2:3:4:5:6:7:8:9]') }),
    ],
    ['another first line', text({ header: HEADER.replace('wants', 'want') })],
    ['no URI', text({ fields: FIELDS.slice(1) })],
    ['a relative URI', text({ fields: changed('URI', 'URI: /login') })],
    ['a URI with a space', text({ fields: changed('URI', 'URI: https://example.com/ x') })],
    ['a URI with a broken escape', text({ fields: changed('URI', 'URI: https://example.com/%2') })],
    ['another version', text({ fields: changed('Version', 'Version: 2') })],
    ['a chain that is no number', text({ fields: changed('Chain ID', 'Chain ID: 0x1') })],
    ['a short nonce', text({ fields: changed('Nonce', 'Nonce: 1234567') })],
    ['a nonce with a hyphen', text({ fields: changed('Nonce', 'Nonce: 1234-5678') })],
    ['a date', text({ fields: changed('Issued At', 'Issued At: 2021-09-30') })],
    [
      'the 30th of February',
      text({ fields: changed('Issued At', 'Issued At: 2021-02-30T00:00:00Z') }),
    ],
    [
      'a time without a zone',
      text({ fields: changed('Issued At', 'Issued At: 2021-09-30T16:25:24') }),
    ],
    ['a label in other case', text({ fields: changed('Nonce', 'nonce: 32891756') })],
    ['a label without its space', text({ fields: changed('Nonce', 'Nonce:32891756') })],
    ['fields in another order', text({ fields: FIELDS.toReversed() })],
    ['a field twice', text({ fields: [...FIELDS, 'Issued At: 2021-09-30T16:25:24Z'] })],
    [
      'the expiration twice',
      text({
        rest: ['Expiration Time: 2021-10-30T16:25:24Z', 'Expiration Time: 2031-10-30T16:25:24Z'],
      }),
    ],
    [
      'optional fields in another order',
      text({ rest: ['Not Before: 2021-09-30T16:25:24Z', 'Expiration Time: 2021-10-30T16:25:24Z'] }),
    ],
    ['an unknown field', text({ rest: ['Audience: https://example.com'] })],
    [
      'an unknown field in the middle',
      text({ fields: [...FIELDS.slice(0, 2), 'X: 1', ...FIELDS.slice(2)] }),
    ],
    ['a request id with a slash', text({ rest: ['Request ID: a/b'] })],
    ['a resource without a dash', text({ rest: ['Resources:', 'https://example.com'] })],
    ['a resource that is no URI', text({ rest: ['Resources:', '- example'] })],
    ['resources, and then more', text({ rest: ['Resources:', '- a:b', 'Request ID: x'] })],
  ])('%s', (_name, message) => {
    expect(parse(message).ok).toBe(false)
  })
})

const chars = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength, maxLength })

const moment = fc
  .date({ min: new Date(0), max: new Date(Date.UTC(2100, 0)), noInvalidDate: true })
  .map((date) => date.toISOString())
const uri = fc.webUrl({ withQueryParameters: true, withFragments: true })
const LETTERS = 'abcXYZ019'

const messages = fc.record(
  {
    scheme: fc.constantFrom('https', 'http', 'x+y-z.1'),
    domain: fc.constantFrom('example.com', 'localhost:8787', 'user@a.b', '[::1]:1', '127.0.0.1'),
    address: chars('0123456789abcdef', 40, 40).map((hex) => checksummed(`0x${hex}`)),
    statement: chars("ab Z9:/?#[]@!$&'()*+,;=-._~", 0, 20),
    uri,
    chainId: fc.nat().map(String),
    nonce: chars(LETTERS, 8, 70),
    issuedAt: moment,
    expirationTime: moment,
    notBefore: moment,
    requestId: chars("aZ9-._~!$&'()*+,;=:@", 0, 10),
    resources: fc.array(uri, { maxLength: 3 }),
  },
  { requiredKeys: ['domain', 'address', 'uri', 'chainId', 'nonce', 'issuedAt'] },
)

describe('Q7: laws of the parser', () => {
  test('what is printed is read as it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(parse(printSiwe(message))).toEqual({ ok: true, value: message })
      }),
    )
  })

  test('a message with one character changed is refused, or says what stands there', () => {
    const character = fc.oneof(
      fc.constantFrom('\n', '\r', ' ', '', ':', '0', 'a', 'A', '-', '/', '\u0000', '\u00a0', 'é'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat({ max: 1 }), character, (message, at, cut, put) => {
        const before = printSiwe(message)
        const position = at % (before.length + 1)
        const after = before.slice(0, position) + put + before.slice(position + cut)
        const parsed = parse(after)
        expect(parsed.ok ? printSiwe(parsed.value) : after).toBe(after)
      }),
      { numRuns: 2_000 },
    )
  })

  test('whatever it is given, it answers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(parse(any).ok).toBe(false)
      }),
    )
  })

  test('a long message is read in time that grows with its length', () => {
    const long = 'a'.repeat(100_000)
    expect(
      parse(text({ fields: changed('URI', `URI: https://${long}@${long}/${long} `) })).ok,
    ).toBe(false)
  })
})

describe('a date-time of RFC 3339', () => {
  test.each([
    ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
    ['1996-12-19T16:39:57-08:00', Date.UTC(1996, 11, 20, 0, 39, 57)],
    ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0099-01-01T00:00:00Z', Date.parse('0099-01-01T00:00:00Z')],
    ['2023-02-29T00:00:00Z', null],
    ['1990-12-31T23:59:60Z', null],
    ['2024-01-01T24:00:00Z', null],
    ['2024-13-01T00:00:00Z', null],
    ['2024-00-01T00:00:00Z', null],
    ['2024-01-01 00:00:00Z', null],
    ['2024-01-01T00:00:00+24:00', null],
    ['2024-01-01T00:00:00.Z', null],
  ])('%s', (text_, moment_) => {
    expect(momentOf(text_)).toBe(moment_)
  })
})
