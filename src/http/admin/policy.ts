import { Hono } from 'hono'
import { describeError, log } from '../../adapters/log.ts'
import { connect } from '../../adapters/neon/database.ts'
import {
  type DecidingAgain,
  beginAgain,
  endAgain,
  questionOfLetter,
} from '../../adapters/neon/decide-again.ts'
import { listQuestionLetters, reportOnAnswers } from '../../adapters/neon/policy-desk.ts'
import { createPolicyModel } from '../../adapters/openai/model.ts'
import { sendQuestions } from '../../adapters/policy-deps.ts'
import { catalogue } from '../../catalogue.ts'
import { LetterId, LetterPage, OperatorRequest } from '../../contract/admin.ts'
import type { PolicyReport } from '../../contract/policy-admin.ts'
import type { QuestionMessage } from '../../contract/question-message.ts'
import type { HttpEnv } from '../context.ts'
import { readOrder } from './read-order.ts'
import { validationRefusal } from '../read-json.ts'
import { NOTHING_HERE, type Refusal, refuse } from '../refuse.ts'
import { currentTrace } from '../../adapters/trace.ts'

/** A queue that refuses is over its rate, or moving; neither takes long. */
const QUEUE_RETRY_MS = 5_000

/** `/api/admin/policy`: what models were asked, what came of it, and another try. */
export const policy = new Hono<HttpEnv>()
  .get('/', async (c) => {
    const { settings } = c.get('services')
    const model = createPolicyModel(settings, catalogue)
    const report = await reportOnAnswers(connect(settings), Date.now())
    return c.json({
      model: model?.name ?? null,
      promptVersion: model?.promptVersion ?? null,
      ...report,
    } satisfies PolicyReport)
  })

  .get('/dead-letters', async (c) => {
    const page = LetterPage.safeParse(c.req.query())
    if (!page.success) return refuse(c, validationRefusal(page.error))
    return c.json(await listQuestionLetters(connect(c.get('services').settings), page.data))
  })

  .post('/dead-letters/:id/decide-again', async (c) => {
    const request = await readOrder(c, OperatorRequest)
    if (!request.ok) return refuse(c, request.error)
    const { settings } = c.get('services')
    const model = createPolicyModel(settings, catalogue)
    const letter = c.req.param('id')
    const database = connect(settings)
    const asked = LetterId.safeParse(letter).success
      ? await questionOfLetter(database, letter)
      : null
    if (asked === null) return refuse(c, NOTHING_HERE)
    // Prompt or model may have changed since.
    const key = model?.keyOf(asked.question) ?? null
    if (model === null || key === null) return refuse(c, NO_MODEL)
    const question = { ...asked, key, traceparent: currentTrace() }
    const by = { ...request.value, model: model.name, promptVersion: model.promptVersion }
    const begun = await beginAgain(database, letter, question, by, Date.now())
    if (begun === null) return refuse(c, NOT_OPEN)
    log('info', 'policy.decide_again', { requestId: c.get('requestId'), messageId: letter })
    const isSent = await send(c.env, question)
    await endAgain(database, begun, isSent, Date.now())
    return isSent
      ? c.json({ ...begun, key } satisfies DecidingAgain & { key: string }, 202)
      : refuse(c, NOT_SENT)
  })

async function send(env: HttpEnv['Bindings'], question: QuestionMessage): Promise<boolean> {
  try {
    await sendQuestions(env, [question])
    return true
  } catch (error) {
    log('error', 'policy.not_sent', { error: describeError(error) })
    return false
  }
}

const NO_MODEL: Refusal = { code: 'nothing_to_replay', message: 'There is no model to ask.' }

const NOT_OPEN: Refusal = {
  code: 'nothing_to_replay',
  message: 'This letter is not open: it was asked again, answered, or put aside.',
}

const NOT_SENT: Refusal = {
  code: 'unavailable',
  message: 'The queue does not take it.',
  retryAfterMs: QUEUE_RETRY_MS,
}
