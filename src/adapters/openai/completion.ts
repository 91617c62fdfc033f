import { z } from 'zod'
import type { TokenUsage } from '../../contract/policy.ts'
import type { ModelReply } from '../../core/policy/answer.ts'

const tokens = z.int().nonnegative()

/** The part of a chat completion that is read, as any service that speaks the protocol may send it. */
const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish(),
})

/**
 * @param estimated what is taken to have been spent by a service that does not say
 * @returns `null`: not a chat completion
 */
export function readCompletion(
  body: unknown,
  estimated: TokenUsage,
): { readonly reply: ModelReply; readonly usage: TokenUsage } | null {
  const parsed = Completion.safeParse(body)
  const choice = parsed.data?.choices[0]
  if (!parsed.success || choice === undefined) return null
  const { message, finish_reason: finishReason } = choice
  const { usage } = parsed.data
  return {
    reply: {
      text: message.content ?? null,
      finishReason: finishReason ?? null,
      refusal: message.refusal ?? null,
    },
    usage: usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : estimated,
  }
}
