import { expect, test } from 'vitest'
import { eachByItself } from '../../src/cron/each-by-itself.ts'

test('a chore that fails keeps no other from its turn, and is not hushed up', async () => {
  const done: string[] = []
  const chore = (name: string) => () => Promise.resolve(done.push(name))
  const broken = (name: string) => () => Promise.reject(new Error(name))
  const chores = [chore('one'), broken('two'), chore('three'), broken('four'), chore('five')]
  await expect(eachByItself(chores)).rejects.toThrow('two')
  expect(done).toEqual(['one', 'three', 'five'])
})

test('one begins when the one before has ended', async () => {
  const moments: string[] = []
  const slow = async () => {
    moments.push('begins')
    await Promise.resolve()
    moments.push('ends')
  }
  await eachByItself([slow, slow])
  expect(moments).toEqual(['begins', 'ends', 'begins', 'ends'])
})
