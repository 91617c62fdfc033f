import { afterAll } from 'vitest'
import { signUp, untilSettled } from './api.ts'

// What a file's sign-ups still do behind the scenes must not outlive it: the queue keeps its order, so
// when this last one is done the others are.
afterAll(async () => {
  await untilSettled(await signUp())
})
