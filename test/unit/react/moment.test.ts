import { expect, test } from 'vitest'
import { type Attention, isTheMoment } from '../../../client/react/moment.ts'

const idle: Attention = {
  visible: true,
  dialogOpen: false,
  inField: false,
  composing: false,
  quietMs: 60_000,
}

test.each<[string, Partial<Attention>]>([
  ['nobody looks at the page', { visible: false }],
  ['a dialog is open', { dialogOpen: true }],
  ['they have just pressed something', { quietMs: 100 }],
])('A6: nothing appears while %s', (_, attention) => {
  expect(isTheMoment('beside', { ...idle, ...attention })).toBe(false)
  expect(isTheMoment('takes_focus', { ...idle, ...attention })).toBe(false)
})

test.each<[string, Partial<Attention>]>([
  ['type', { inField: true, quietMs: 1_000 }],
  ['think about the next word', { inField: true, quietMs: 5_000 }],
  ['compose a character', { inField: true, composing: true }],
  ['move about the page', { quietMs: 1_000 }],
])('A6: what takes the focus waits while they %s, a hint does not', (_, attention) => {
  expect(isTheMoment('takes_focus', { ...idle, ...attention })).toBe(false)
  expect(isTheMoment('beside', { ...idle, ...attention })).toBe(true)
})

test('A6: a field that was left alone for long does not keep a modal away for ever', () => {
  expect(isTheMoment('takes_focus', { ...idle, inField: true, quietMs: 10_000 })).toBe(true)
})
