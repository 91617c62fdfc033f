import { describe, expect, test } from 'vitest'
import { isBlocked } from '../../src/core/blocked-domains.ts'
import { normaliseEmail } from '../../src/core/identity.ts'

const blocked = new Set(['throwaway.example', '10minutes.test', 'xn--mll-hoa.example'])

const isRefused = (email: string): boolean => {
  const identity = normaliseEmail(email)
  if (!identity.ok) throw new Error(identity.error)
  return isBlocked(identity.value, blocked)
}

describe('B16: an address of a blocked domain', () => {
  test.each([
    'ada@throwaway.example',
    'ADA@ThrowAway.Example',
    ' ada@throwaway.example ',
    'ada@ﬆ.throwaway.example',
    'ada@any.name.below.throwaway.example',
    'ada+tag@10minutes.test',
    'ada@MÜLL.example',
    'ada@xn--mll-hoa.example',
  ])('is known: %s', (email) => {
    expect(isRefused(email)).toBe(true)
  })

  test.each([
    'ada@notthrowaway.example',
    'ada@throwaway.example.org',
    'throwaway.example@ada.example',
    'ada@minutes.test',
    'ada@mull.example',
  ])('is not taken for another one: %s', (email) => {
    const identity = normaliseEmail(email)
    expect(identity.ok && isBlocked(identity.value, blocked)).toBe(false)
  })
})
