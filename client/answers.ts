import type { FeedbackKind } from '../src/contract/recommendation.ts'

/** What somebody did with a recommendation, and whether the server has been told. */
export interface Answer {
  readonly id: string
  readonly kind: Exclude<FeedbackKind, 'conversion'>
  readonly told: boolean
}

/** The server shows twelve a day: some days of them, each with all its answers. */
const ANSWERS_MAX = 100

export type Answers = readonly Answer[]

/** Each kind once for each recommendation. */
export function answered(answers: Answers, id: string, kind: Answer['kind']): Answers {
  if (answers.some((answer) => answer.id === id && answer.kind === kind)) return answers
  return [...answers, { id, kind, told: false }].slice(-ANSWERS_MAX)
}

export const firstUntold = (answers: Answers): Answer | undefined =>
  answers.find(({ told }) => !told)

export const told = (answers: Answers, { id, kind }: Answer): Answers =>
  answers.map((answer) =>
    answer.id === id && answer.kind === kind ? { ...answer, told: true } : answer,
  )

/** It was waved away or followed: not to be shown again, whatever the server still says. */
export const isSettled = (answers: Answers, id: string): boolean =>
  answers.some((answer) => answer.id === id && answer.kind !== 'impression')

/** What was kept; whatever else it may be is nothing. */
export const readAnswers = (kept: unknown): Answers =>
  Array.isArray(kept)
    ? kept.filter(
        (answer: Partial<Answer> | null): answer is Answer =>
          typeof answer?.id === 'string' &&
          (answer.kind === 'impression' || answer.kind === 'click' || answer.kind === 'dismiss'),
      )
    : []
