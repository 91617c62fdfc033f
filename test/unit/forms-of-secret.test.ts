import { expect, test } from 'vitest'
import { found } from '../support/shared/forms-of-secret.ts'

const SECRET = 'Canary-7f3a@example.com?é'
const bytesOf = (text: string) => [...new TextEncoder().encode(text)]
const hex = bytesOf(SECRET).map((byte) => byte.toString(16).padStart(2, '0'))
const base64 = (text: string): string => btoa(String.fromCodePoint(...bytesOf(text)))
const base64url = (text: string): string =>
  base64(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
/** Whatever is around it, the secret stands at one of three places of base64. */
const amid = [0, 1, 2, 3, 4].map((before) => `${'#'.repeat(before)}${SECRET}${'?'.repeat(before)}`)

test.each([
  ['plain', `before ${SECRET} after`],
  ['percent-encoded', `/x?email=${encodeURIComponent(SECRET)}&y`],
  ['JSON in JSON', JSON.stringify({ text: JSON.stringify({ SECRET }) })],
  ['hex', `\\x${hex.join('')}00`],
  ...amid.map((text) => [`base64 of ${text}`, base64(text)]),
  ...amid.map((text) => [`base64url of ${text}`, base64url(text)]),
])('Q8: a canary is found: %s', (_form, text) => {
  expect(found([SECRET], ['nothing', text])).not.toEqual([])
})

test('Q8: where there is none, none is found', () => {
  const other = SECRET.replace('7', '8')
  const texts = [other, encodeURIComponent(other), base64(other)]
  expect(found([SECRET], texts)).toEqual([])
})
