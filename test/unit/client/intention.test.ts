import { expect, test } from 'vitest'
import { intend } from '../../../client/intention.ts'

// One wish to sign up is one key, whatever happens to the reply.

const WISH = { email: 'jane@example.com', planId: 'pro' }
const NOW = 1_800_000_000_000

const count = () => {
  let ids = 0
  return () => `key-${(ids += 1)}`
}

const newId = count()
const first = intend(WISH, null, { now: NOW, newId })

test.each([
  ['at once', 0],
  ['a moment before ten minutes are over', 599_999],
])('S8: the same fields %s are the same intention', (_name, later) => {
  expect(intend(WISH, first, { now: NOW + later, newId })).toEqual(first)
})

test.each([
  ['another address', { ...WISH, email: 'joe@example.com' }],
  ['another plan', { ...WISH, planId: 'team' }],
  ['a referrer', { ...WISH, referrer: 'https://example.com/' }],
])('S8: %s is another intention', (_name, wish) => {
  expect(intend(wish, first, { now: NOW, newId }).key).not.toBe(first.key)
})

test.each([
  ['after the server’s window', first, NOW + 600_000],
  ['when the clock was set back', first, NOW - 1],
  ['when what was kept is no intention', { fields: first.fields, key: 7, at: NOW }, NOW],
  ['when what was kept is a list', [], NOW],
])('S8: the same fields %s are a new intention', (_name, kept, now) => {
  expect(intend(WISH, kept, { now, newId }).key).not.toBe(first.key)
})
