import { expect, test } from 'vitest'
import { sameOriginPath } from '../../../client/same-origin.ts'

test.each([
  ['/', '/'],
  ['/projects/new', '/projects/new'],
  ['/projects?sort=name#top', '/projects?sort=name#top'],
  ['/a/../b', '/b'],
  ['/?next=https://elsewhere.example', '/?next=https://elsewhere.example'],
  ['/@elsewhere.example', '/@elsewhere.example'],
  ['/%2F%2Felsewhere.example', '/%2F%2Felsewhere.example'],
  ['/caf\u00E9', '/caf%C3%A9'],
])('A6: %j leads to the page %j', (candidate, page) => {
  expect(sameOriginPath(candidate)).toBe(page)
})

test.each([
  [null],
  [undefined],
  [''],
  ['projects'],
  ['./projects'],
  ['//elsewhere.example'],
  ['///elsewhere.example'],
  ['/\\elsewhere.example'],
  ['\\\\elsewhere.example'],
  ['/\t/elsewhere.example'],
  ['/\n/elsewhere.example'],
  [' //elsewhere.example'],
  ['/ /elsewhere.example'],
  ['/\u0000/elsewhere.example'],
  ['/..//elsewhere.example'],
  ['/.//elsewhere.example'],
  ['/%2e//elsewhere.example'],
  ['/a/..//elsewhere.example'],
  ['https://elsewhere.example/'],
  ['https:/projects'],
  ['javascript:alert(1)'],
  ['data:text/html,x'],
  ['blob:https://here.invalid/x'],
  [`/${'x'.repeat(2_048)}`],
])('A6: %j leads nowhere', (candidate) => {
  expect(sameOriginPath(candidate)).toBeNull()
})
