import type { ErrorRequestHandler } from 'express'
import { ZodError, z } from 'zod'

/** Of what the body parser refuses. */
const Refused = z.object({ status: z.int().min(400).max(499) })

/** Express knows an error handler by its four parameters. */
export const answerFault: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof ZodError) {
    response.status(400).json({ error: 'validation_failed', details: error.issues })
    return
  }
  const refused = Refused.safeParse(error)
  response.status(refused.success ? refused.data.status : 500).json({ error: 'refused' })
}
