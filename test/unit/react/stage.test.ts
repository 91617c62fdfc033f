import { expect, test, vi } from 'vitest'
import { Stage } from '../../../client/react/stage.ts'

/** Only who it is counts, and whether it has a box. */
const element = (boxes = 1) =>
  Object.assign(new EventTarget(), {
    getClientRects: () => Array.from({ length: boxes }),
  }) as unknown as Element

test('A6: a tooltip points at the first anchor of its action, and at the next when that goes', () => {
  const stage = new Stage()
  const [first, second] = [element(), element()]
  expect(stage.anchorOf('invite')).toBeNull()
  const removeFirst = stage.addAnchor('invite', first)
  const removeSecond = stage.addAnchor('invite', second)
  expect(stage.anchorOf('invite')).toBe(first)
  expect(stage.anchorOf('import')).toBeNull()
  removeFirst()
  expect(stage.anchorOf('invite')).toBe(second)
  removeSecond()
  expect(stage.anchorOf('invite')).toBeNull()
})

test('A6: a tooltip points at nothing that is not drawn, as what is in a closed menu', () => {
  const stage = new Stage()
  const [closed, drawn] = [element(0), element()]
  stage.addAnchor('invite', closed)
  expect(stage.anchorOf('invite')).toBeNull()
  stage.addAnchor('invite', drawn)
  expect(stage.anchorOf('invite')).toBe(drawn)
})

test('A6: of several outlets one shows, and the next when that goes', () => {
  const stage = new Stage()
  const [first, second] = [{}, {}]
  const removeFirst = stage.addOutlet(first)
  stage.addOutlet(second)
  expect([stage.shows(first), stage.shows(second)]).toEqual([true, false])
  removeFirst()
  expect([stage.shows(first), stage.shows(second)]).toEqual([false, true])
})

test('A6: whoever listens hears of each change, until they stop', () => {
  const stage = new Stage()
  const heard = vi.fn<() => void>()
  const stop = stage.subscribe(heard)
  stage.addAnchor('invite', element())()
  stage.addOutlet({})()
  expect(heard).toHaveBeenCalledTimes(4)
  stop()
  stage.addOutlet({})
  expect(heard).toHaveBeenCalledTimes(4)
})
