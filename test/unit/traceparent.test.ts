import { describe, expect, test, vi } from 'vitest'
import { knownBy } from '../../src/adapters/current-work.ts'
import { log } from '../../src/adapters/log.ts'
import {
  TRACE_BYTES,
  childTrace,
  continueTrace,
  readTraceparent,
} from '../../src/core/traceparent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const HEADER = `00-${TRACE}-${SPAN}-00`
const random = Uint8Array.from({ length: TRACE_BYTES }, (_, at) => at + 1)

const NOT_OURS = [
  undefined,
  '',
  'trace',
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `01-${TRACE}-${SPAN}-01`,
  HEADER.toUpperCase(),
  `${HEADER}-more`,
  `${HEADER}\n`,
  ` ${HEADER}`,
]

describe('S15: a trace goes on', () => {
  test('with the header of whoever calls, flags and all', () => {
    expect(continueTrace(HEADER, random)).toBe(HEADER)
  })

  test.each(NOT_OURS)('as a new one where the header is %j', (header) => {
    expect(continueTrace(header, random)).toBe(
      '00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01',
    )
  })

  test('from span to span under the same trace id', () => {
    const child = childTrace(HEADER, '00f067aa0ba902b7')
    expect(child).toBe(`00-${TRACE}-00f067aa0ba902b7-00`)
    expect(readTraceparent(child)).toEqual({
      traceId: TRACE,
      spanId: '00f067aa0ba902b7',
      flags: '00',
    })
  })

  test('nowhere from what is none: an alarm’s message stays as it is', () => {
    expect(childTrace('', SPAN)).toBe('')
  })
})

test('Q8: a line names request, message, trace and session of the work it is written in', async () => {
  const lines: unknown[] = []
  const spy = vi.spyOn(console, 'info').mockImplementation((line: string) => {
    lines.push(JSON.parse(line))
  })
  try {
    await knownBy({ requestId: 'request', traceparent: HEADER }, async () => {
      await Promise.resolve()
      knownBy({ messageId: 'message', specId: 'session' }, () => {
        log('info', 'inner.one', { count: 1 })
      })
      log('info', 'outer.one', { requestId: 'another' })
    })
    log('info', 'outside.one')
    log('info', 'outside.told', { traceparent: HEADER })
  } finally {
    spy.mockRestore()
  }
  const outer = { level: 'info', traceId: TRACE }
  expect(lines).toEqual([
    {
      ...outer,
      event: 'inner.one',
      requestId: 'request',
      messageId: 'message',
      specId: 'session',
      count: 1,
    },
    { ...outer, event: 'outer.one', requestId: 'another' },
    { level: 'info', event: 'outside.one' },
    { ...outer, event: 'outside.told' },
  ])
})
