import { z } from 'zod'
import { CHOICES_MAX, type Candidate, type PolicyQuestion, Wording } from '../../contract/policy.ts'
import type { UiComponent } from '../../contract/recommendation.ts'

type Component = Exclude<UiComponent, 'none'>

const WITHIN_THE_PRODUCT: readonly Component[] = ['tooltip', 'modal', 'sidebar_hint']

/** How a candidate may be shown: a mail goes out only for what the catalogue sends mails for. */
export const componentsOf = ({ component }: Pick<Candidate, 'component'>): readonly Component[] => [
  ...new Set([component, ...WITHIN_THE_PRODUCT]),
]

const answerOf = <A extends z.ZodType, C extends z.ZodType>(action: A, component: C) =>
  z.strictObject({
    choices: z
      .array(
        z.strictObject({
          action,
          ui_component: component,
          confidence: z.number().min(0).max(1),
          wording: Wording,
        }),
      )
      .min(1)
      .max(CHOICES_MAX),
  })

/**
 * What is read of an answer. Its names are any text: a choice with an unknown one falls out by itself
 * and takes no other with it.
 */
export const AnswerShape = answerOf(z.string(), z.string())
export type AnswerShape = z.infer<typeof AnswerShape>

/** What a model is told to answer by, as JSON Schema: nothing but the candidates can be named. */
export function answerJsonSchema({
  candidates,
}: Pick<PolicyQuestion, 'candidates'>): Readonly<Record<string, unknown>> {
  const ids = z.enum(candidates.map(({ id }) => id))
  const components = z.enum([...new Set(candidates.flatMap(componentsOf))])
  const { $schema: _, ...schema } = z.toJSONSchema(answerOf(ids, components))
  return schema
}
