import { createMiddleware } from 'hono/factory'
import type { HttpEnv } from './context.ts'

/**
 * Holds an answer back until `RESPONSE_FLOOR_MS` have passed (B13): an object that is awake answers
 * sooner than one that sleeps, and a sleeping one sooner than one that never was.
 */
export const responseFloor = createMiddleware<HttpEnv>(async (c, next) => {
  const startedAt = Date.now()
  await next()
  const leftMs = c.get('services').settings.RESPONSE_FLOOR_MS - (Date.now() - startedAt)
  if (leftMs <= 0) return
  await new Promise((resolve) => {
    setTimeout(resolve, leftMs)
  })
})
