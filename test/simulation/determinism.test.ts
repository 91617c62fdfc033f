import { afterEach, expect, test, vi } from 'vitest'
import { simulate } from './simulate.ts'

const SEEDS = Array.from({ length: 30 }, (_, index) => 1_000 + index)

afterEach(() => {
  vi.restoreAllMocks()
})

test('a seed tells the same story every time, whatever ran before and whoever listens', async () => {
  const first: string[] = []
  for (const seed of SEEDS) first.push((await simulate(seed)).hash)
  for (const [index, seed] of SEEDS.entries()) {
    const again = await simulate(seed, { keepsStory: true })
    expect(again.hash).toBe(first[index])
    expect(again.story.length).toBeGreaterThan(0)
  }
})

test('each seed tells a story of its own', async () => {
  const hashes = new Set<string>()
  for (const seed of SEEDS) hashes.add((await simulate(seed)).hash)
  expect(hashes.size).toBe(SEEDS.length)
})

test('nothing in the world asks the real clock, a real timer or real chance', async () => {
  const asked = [
    vi.spyOn(Date, 'now'),
    vi.spyOn(Math, 'random'),
    vi.spyOn(globalThis, 'setTimeout'),
    vi.spyOn(crypto, 'randomUUID'),
    vi.spyOn(globalThis, 'fetch'),
  ]
  for (const seed of SEEDS) expect((await simulate(seed)).violation).toBeNull()
  for (const spy of asked) expect(spy).not.toHaveBeenCalled()
})
