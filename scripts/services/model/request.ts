import { z } from 'zod'

/** The part of a chat completion's request that is understood; whatever else there is passes. */
const ChatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  max_completion_tokens: z.int().positive().nullish(),
  max_tokens: z.int().positive().nullish(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

export const Candidate = z.object({
  id: z.string(),
  title: z.string(),
  benefit: z.string(),
  component: z.string(),
})
export type Candidate = z.infer<typeof Candidate>

/** What the question is about, wherever it stands in what was sent. */
const Data = z.object({ candidates: z.array(Candidate).min(1) })

export function readRequest(text: string): ChatRequest | undefined {
  const parsed = ChatRequest.safeParse(json(text))
  return parsed.data
}

/** The last thing that was said to the model. */
export const question = ({ messages }: ChatRequest): string => messages.at(-1)?.content ?? ''

/** The first line that is an object with candidates. */
export function dataIn(content: string): { raw: unknown; candidates: readonly Candidate[] } | null {
  for (const line of content.split('\n')) {
    const raw = json(line)
    const data = Data.safeParse(raw)
    if (data.success) return { raw, candidates: data.data.candidates }
  }
  return null
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
