import { describe, expect, test } from 'vitest'
import { normaliseEmail } from '../../src/core/identity.ts'

describe('one identity (design: identity of an email)', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com\t', 'ada@example.com'],
    // Composed and decomposed é.
    ['jos\u00e9@example.com', 'jos\u00e9@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['ada@b\u00fccher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BU\u0308CHER.example', 'ada@xn--bcher-kva.example'],
    ["o'brien+news@mail.example.co.uk", "o'brien+news@mail.example.co.uk"],
    ['\u7528\u6237@\u4f8b\u5b50.example', '\u7528\u6237@xn--fsqu00a.example'],
  ])('%j is %j', (input, identity) => {
    expect(normaliseEmail(input)).toEqual({ ok: true, value: identity })
  })

  test('an identity is its own identity', () => {
    for (const input of ['Jose\u0301@B\u00dcCHER.example', '\u0130stanbul@example.com']) {
      const once = normaliseEmail(input)
      expect(once.ok && normaliseEmail(once.value)).toEqual(once)
    }
  })
})

test('X17: dots, tags and look-alikes stay distinct', () => {
  const spellings = [
    'ada.l@a.example',
    'adal@a.example',
    'ada.l+x@a.example',
    '\u0430da.l@a.example',
  ]
  const identities = spellings.map((spelling) => normaliseEmail(spelling))
  expect(new Set(identities.map((identity) => identity.ok && identity.value)).size).toBe(4)
})

describe('what is no address', () => {
  test.each([
    [''],
    ['ada'],
    ['@example.com'],
    ['ada@'],
    ['ada@localhost'],
    ['ada@127.0.0.1'],
    ['ada@[127.0.0.1]'],
    ['ada@0x7f.1'],
    ['ada@example.com:25'],
    ['ada@example.com/path'],
    ['ada@ex%61mple.com'],
    ['ada@user@example.com'],
    ['ada@-example.com'],
    ['ada@example..com'],
    ['ada@.example.com'],
    ['ada@example.com.'],
    ['.ada@example.com'],
    ['a..da@example.com'],
    ['a da@example.com'],
    ['"ada"@example.com'],
    ['ada\u0000@example.com'],
    ['ada\u200b@example.com'],
    ['\ud800@example.com'],
    ['\ufffd\ufffd@example.com'],
    [`${'a'.repeat(65)}@example.com`],
    [`ada@${'a'.repeat(64)}.com`],
    [`${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(4)}com`],
    ['\u00e9'.repeat(33) + '@example.com'],
  ])('%j is refused', (input) => {
    expect(normaliseEmail(input).ok).toBe(false)
  })
})
