import { describe, expect, test } from 'vitest'
import { describeError } from '../../src/adapters/describe-error.ts'

const CANARY = 'canary@example.com'

class DriverError extends Error {
  override readonly name = 'DriverError'
  readonly code: unknown

  constructor(message: string, code?: unknown, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('Q8: of an error is told', () => {
  test('its class, its code, and where it came from', () => {
    const told = describeError(new DriverError(`duplicate key (${CANARY})`, '23505'))
    expect(told).toMatch(/^DriverError 23505 at .*describe-error\.test\.ts:\d+:\d+/)
    expect(told).not.toContain('canary')
  })

  test('three frames at the most, none of which is a line of its message', () => {
    const deep = (depth: number): unknown =>
      depth === 0 ? new Error(`one\n    at ${CANARY} (x.js:1:1)\ntwo`) : deep(depth - 1)
    const told = describeError(deep(9))
    expect(told.split(' < ')).toHaveLength(3)
    expect(told).not.toContain('canary')
    expect(told).not.toContain('x.js')
  })

  test.each([
    ['changed to another', 'other', `one\n    at ${CANARY} (x.js:1:1)`],
    ['taken away', '', `one\n    at ${CANARY} (x.js:1:1)`],
  ])('no frame where the message was %s after the throw', (_how, after, before) => {
    const error = new Error(before)
    const { stack } = error
    const changed = Object.assign(error, { message: after, stack })
    expect(describeError(changed)).toBe('Error')
  })

  test('a message without words', () => {
    const silent = new Error('said')
    const { stack } = silent
    Object.assign(silent, { message: '', stack: stack?.replace(': said', '') })
    expect(describeError(silent)).toMatch(/^Error at .*describe-error\.test\.ts/)
  })

  test('what caused it, by class and code', () => {
    const cause = new DriverError(`row (${CANARY})`, '40001')
    const told = describeError(new DriverError(`params: ${CANARY}`, undefined, cause))
    expect(told).toMatch(/^DriverError \(DriverError 40001\) at /)
    expect(told).not.toContain('canary')
  })

  test.each([
    ['a name', Object.assign(new Error('x'), { name: CANARY })],
    ['a name of two lines', Object.assign(new Error('x'), { name: `Error\n${CANARY}` })],
    ['a code', new DriverError('x', CANARY)],
    ['a code that is a thing', new DriverError('x', { toString: () => CANARY })],
    ['a cause that is a text', new DriverError('x', '1', CANARY)],
    ['a stack', Object.assign(new Error('x'), { stack: `Error: x\n    at ${CANARY}!` })],
    ['no Error at all', CANARY],
    ['a thing that is thrown', { message: CANARY, toString: () => CANARY }],
    ['what a parser quotes', thrownBy(() => JSON.parse(`{"email": ${CANARY}}`))],
  ])('nothing that came from outside: %s', (_what, error) => {
    expect(describeError(error)).not.toContain('canary')
  })
})
