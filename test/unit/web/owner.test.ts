import { expect, test } from 'vitest'
import { isTheirs, ownerOf } from '../../../web/product/data/owner.ts'

const session = (specId: string) =>
  ownerOf({ kind: 'session', specId, email: `${specId}@example.com` })
const member = (userId: string) => ownerOf({ kind: 'member', userId })
const nobody = ownerOf({ kind: 'nobody' })

test('S14: what was made before an address was proved stays with its member', () => {
  expect(isTheirs(session('a'), session('a'))).toBe(true)
  expect(isTheirs(session('a'), member('u'))).toBe(true)
  expect(isTheirs(member('u'), member('u'))).toBe(true)
})

test('S14: the next person at the same browser sees nothing of the last one', () => {
  expect(isTheirs(session('a'), session('b'))).toBe(false)
  expect(isTheirs(member('u'), session('b'))).toBe(false)
  expect(isTheirs(member('u'), member('v'))).toBe(false)
  expect(isTheirs(nobody, member('v'))).toBe(false)
  expect(isTheirs(member('u'), nobody)).toBe(false)
})
