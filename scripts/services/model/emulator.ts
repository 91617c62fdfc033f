import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { defineEmulator } from 'emulate'
import { z } from 'zod'
import type { App, Context } from '../emulator.ts'
import { choose } from './choose.ts'
import { Control, ModelFaults } from './faults.ts'
import { obey } from './obey.ts'
import { type ChatRequest, dataIn, question, readRequest } from './request.ts'
import { type Said, saying, spoil } from './spoil.ts'

const CHARS_PER_TOKEN = 4
const tokensOf = (text: string): number => Math.ceil(text.length / CHARS_PER_TOKEN)

/** What it was asked, for who looks. In memory: a restart begins anew. */
class Calls {
  total = 0
  /** The messages of the last one. */
  last: ChatRequest['messages'] = []
}

/** The part of OpenAI's API that the policy uses, answered by a simple taste of its own. */
export function modelEmulator() {
  return defineEmulator({
    name: 'model',
    cors: false,
    state: () => ({}),
    setup({ app }) {
      const faults = new ModelFaults()
      const calls = new Calls()
      app.post('/v1/chat/completions', (c) => complete(c, faults, calls))
      app.get('/healthz', (c) => c.json({ ok: true }))
      control(app, faults, calls)
      app.notFound((c) => failure(404, 'unknown_url', `No such endpoint: ${c.req.path}`))
    },
  })
}

/** `POST /_control {fault}` sets it, `GET /_control` shows it, and the calls that there were. */
function control(app: App, faults: ModelFaults, calls: Calls): void {
  app.get('/_control', (c) =>
    c.json({ fault: faults.current, calls: calls.total, last: calls.last }),
  )
  app.post('/_control', async (c) => {
    const body = Control.safeParse(await c.req.json().catch(() => undefined))
    if (!body.success) return c.json({ message: z.prettifyError(body.error) }, 400)
    faults.set(body.data.fault)
    return c.json({ fault: faults.current })
  })
}

async function complete(c: Context, faults: ModelFaults, calls: Calls): Promise<Response> {
  if (!/^Bearer \S+$/.test(c.req.header('authorization') ?? '')) {
    return failure(401, 'invalid_api_key', 'Send "Authorization: Bearer …".')
  }
  const request = readRequest(await c.req.text())
  if (request === undefined) return failure(400, 'invalid_request', 'Not a chat completion.')
  calls.total += 1
  calls.last = request.messages
  const fault = faults.take()
  const content = question(request)
  const answer = choose(dataIn(content)?.candidates ?? [])
  switch (fault?.kind) {
    case 'status':
      return failure(fault.status, fault.code ?? 'as_told', 'As it was told.', fault.retryAfter)
    case 'reject':
      return Response.error()
    case 'silence':
      await silence(fault.seconds, c.req.raw.signal)
      break
    case 'answer':
      return completion(request, spoil(answer, fault.how))
    case 'say':
      return completion(request, saying(fault.content, fault.finishReason))
    case 'obey':
      return completion(request, saying(JSON.stringify(obey(content, fault.dressed) ?? answer)))
    case undefined:
  }
  return completion(request, saying(JSON.stringify(answer)))
}

/** Until the time is over, or the caller is gone. */
async function silence(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1_000, undefined, { signal }).catch(() => undefined)
}

function completion(request: ChatRequest, said: Said): Response {
  const prompt = tokensOf(request.messages.map(({ content }) => content).join(''))
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY
  const { content, finishReason, refusal } = cut(said, limit)
  const tokens = tokensOf(content ?? refusal ?? '')
  return Response.json({
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1_000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: { prompt_tokens: prompt, completion_tokens: tokens, total_tokens: prompt + tokens },
  })
}

/** The limit of tokens holds for whatever it says. */
const cut = (said: Said, limit: number): Said =>
  tokensOf(said.content ?? '') <= limit
    ? said
    : {
        ...said,
        content: (said.content ?? '').slice(0, limit * CHARS_PER_TOKEN),
        finishReason: 'length',
      }

function failure(status: number, code: string, message: string, retryAfter?: string): Response {
  return Response.json(
    { error: { message, type: 'error', param: null, code } },
    { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  )
}
