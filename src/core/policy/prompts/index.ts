import { nextStep1 } from './next-step-1.ts'
import type { PromptTemplate } from './prompt.ts'

/** All that were ever in use: what they led to is in the log under their versions. */
export const PROMPTS: readonly PromptTemplate[] = [nextStep1]

export const PROMPT_IN_USE: PromptTemplate = nextStep1

/** Those that somebody should have read again by then. @param today `YYYY-MM-DD` */
export const overduePrompts = (
  today: string,
  prompts: readonly PromptTemplate[] = [PROMPT_IN_USE],
): readonly PromptTemplate[] => prompts.filter(({ reviewBy }) => reviewBy < today)
