import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/catalogue.ts'
import { PolicyAnswer } from '../../src/contract/policy.ts'
import { TONES } from '../../src/contract/recommendation.ts'
import { answerJsonSchema } from '../../src/core/policy/answer-schema.ts'
import { readAnswer } from '../../src/core/policy/answer.ts'
import { questionFor } from '../../src/core/policy/question.ts'
import { wordingFault } from '../../src/core/policy/wording.ts'
import { wordingOf } from '../../src/core/recommendation/tones.ts'

const state = {
  days_since_signup: 2,
  completed_actions: ['verify_email', 'create_project'],
  last_error: null,
  subscription_tier: 'free',
  proven: true,
}
const asked = questionFor(catalogue, { state, page: null })
if (asked === null) throw new Error('nothing to ask about')
const question = asked

const wording = {
  aggressive: 'Import the tasks you already have today. A spreadsheet is enough.',
  moderate: 'Your tasks can be imported: a spreadsheet is enough to start with.',
  passive: 'Whenever it suits you, import your tasks from a spreadsheet.',
}
const good = { action: 'import_tasks', ui_component: 'tooltip', confidence: 0.8, wording }
const other = {
  action: 'create_task',
  ui_component: 'modal',
  confidence: 0.5,
  wording: {
    aggressive: 'Write down the first task now. People come back to a project with a task.',
    moderate: 'Write down the first task: it brings people back to the project.',
    passive: 'When you like, write down the first task of the project.',
  },
}
const replyOf = (...choices: readonly unknown[]) => JSON.stringify({ choices })
const read = (
  text: string | null,
  more: { readonly finishReason?: string; readonly refusal?: string } = {},
) =>
  readAnswer(
    { text, finishReason: more.finishReason ?? 'stop', refusal: more.refusal ?? null },
    question,
    catalogue,
    'next-step/1',
  )
const dropsFor = (change: Readonly<Record<string, unknown>>) => {
  const answer = read(replyOf({ ...good, ...change }, other))
  if (!answer.ok) throw new Error(answer.error.fault)
  expect(answer.value.answer.choices.map(({ action }) => action)).toEqual(['create_task'])
  return answer.value.dropped
}

describe('F41: an answer', () => {
  test('F41: in order is taken as it is', () => {
    const answer = read(replyOf(good, other))
    expect(answer).toEqual({
      ok: true,
      value: { answer: { promptVersion: 'next-step/1', choices: [good, other] }, dropped: [] },
    })
    if (!answer.ok) throw new Error(answer.error.fault)
    expect(PolicyAnswer.parse(answer.value.answer)).toEqual(answer.value.answer)
  })

  test.each([
    ['fences', `\`\`\`json\n${replyOf(good)}\n\`\`\``],
    ['fences without a language', `\`\`\`\n${replyOf(good)}\n\`\`\``],
    ['talk around it', `Here you are:\n${replyOf(good)}\nAnything {else}?`],
    ['white space', `\n\n  ${JSON.stringify({ choices: [good] }, null, 4)}\n`],
    ['brackets within its texts', replyOf({ ...good, x: undefined }).replace('today', 'today')],
  ])('F41: survives %s', (_, text) => {
    expect(read(text)).toMatchObject({ ok: true, value: { answer: { choices: [good] } } })
  })

  test.each([
    ['refused', null, { refusal: 'I cannot help with that.' }],
    ['filtered', '', { finishReason: 'content_filter' }],
    ['truncated', replyOf(good), { finishReason: 'length' }],
    ['empty', null, {}],
    ['empty', ' \n', {}],
    ['too_long', replyOf(good) + ' '.repeat(16_001), {}],
    ['not_json', 'I would show the import.', {}],
    ['not_json', replyOf(good).slice(0, -30), {}],
    ['not_json', replyOf(good).replaceAll('"', "'"), {}],
    ['wrong_shape', '{"choices": []}', {}],
    ['wrong_shape', '{"action": "import_tasks"}', {}],
    ['wrong_shape', replyOf(good, other, good, other), {}],
    ['wrong_shape', replyOf({ ...good, path: '/billing' }), {}],
    ['wrong_shape', replyOf({ ...good, confidence: 7 }), {}],
    ['wrong_shape', replyOf({ ...good, confidence: '0.9' }), {}],
    ['wrong_shape', replyOf({ ...good, wording: { ...wording, passive: undefined } }), {}],
    ['wrong_shape', '{"__proto__": {"choices": []}}', {}],
    ['not_json', '{'.repeat(10_000), {}],
    ['wrong_shape', `{"choices": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`, {}],
  ] as const)('F41: is %s: %s', (fault, text, more) => {
    expect(read(text, more)).toEqual({ ok: false, error: { fault, dropped: [] } })
  })

  test('F41: names an action once', () => {
    const answer = read(replyOf(good, { ...good, confidence: 0.1 }, other))
    expect(answer).toMatchObject({
      ok: true,
      value: { answer: { choices: [good, other] }, dropped: ['duplicate'] },
    })
  })
})

describe('F42: a choice falls out, and takes no other with it', () => {
  test.each([
    ['an action that is not there', 'unknown_action', { action: 'delete_everything' }],
    ['an action that is done', 'unknown_action', { action: 'create_project' }],
    ['an action that is not legal now', 'unknown_action', { action: 'fix_payment' }],
    ['another component', 'component_not_allowed', { ui_component: 'fullscreen_video' }],
    ['nothing to be shown', 'component_not_allowed', { ui_component: 'none' }],
    [
      'a mail where the catalogue sends none',
      'component_not_allowed',
      { ui_component: 'email_trigger' },
    ],
  ])('F42: for %s', (_, fault, change) => {
    expect(dropsFor(change)).toEqual([fault])
  })

  const HOSTILE = [
    ['markup', '<b>Import the tasks</b> you already have.'],
    ['markup', 'Import [the tasks](javascript:x) you already have.'],
    ['link', 'Import the tasks you already have at https://evil.example'],
    ['link', 'Import the tasks you already have at evil．example'],
    ['empty', '\u200B\u200B'],
    ['too_long', 'Import the tasks you already have. '.repeat(10)],
    ['other_script', 'Im\u0440ort the tasks you already have.'],
    ['link', 'Import the tasks you already have at evil。com'],
    ['invisible', 'Import the tasks\u200B you already have.'],
    ['names', 'Import the tasks you already have, unlike at Rivalware.'],
    ['numbers', 'Import the tasks you already have: 0900 555.'],
    ['shouting', 'IMPORT THE TASKS you already have.'],
    ['shouting', 'Import the tasks you already have!!'],
    ['harmful', 'Import the tasks you already have and the password of your spreadsheet.'],
    ['harmful', 'Import the tasks you already have or your tasks will be deleted.'],
    ['harmful', 'Import the tasks you already have at evil slash com.'],
    ['foreign_words', 'Tell everybody nearby about this wonderful new thing.'],
  ] as const
  test.each(TONES.flatMap((tone) => HOSTILE.map(([fault, text]) => [tone, fault, text] as const)))(
    'F42: for a wording (%s) that is %s: %s',
    (tone, fault, text) => {
      expect(dropsFor({ wording: { ...wording, [tone]: text } })).toEqual([fault])
    },
  )

  test('F42: with none left there is no answer', () => {
    const hostile = { ...good, wording: { ...wording, passive: HOSTILE[0][1] } }
    expect(read(replyOf(hostile))).toEqual({
      ok: false,
      error: { fault: 'no_valid_choice', dropped: ['markup'] },
    })
  })

  // The limit of all this: words are counted, not understood.
  test('F42: a foreign word among the candidate’s own are let through, and lead nowhere else', () => {
    const passive = 'Import the tasks you already have from a spreadsheet at rivalware.'
    expect(read(replyOf({ ...good, wording: { ...wording, passive } }))).toMatchObject({
      ok: true,
      value: { answer: { choices: [{ action: 'import_tasks', wording: { passive } }] } },
    })
  })
})

describe('what the catalogue says itself', () => {
  test.each(
    catalogue.actions.flatMap((action) => TONES.map((tone) => [action.id, tone, action] as const)),
  )('is a good wording: %s, %s', (_, tone, action) => {
    expect(wordingFault(wordingOf(action, tone), action)).toBeNull()
  })
})

test('what a model is told to answer by names the candidates and no others', () => {
  const schema = JSON.stringify(answerJsonSchema(question))
  expect(schema).toContain(JSON.stringify(question.candidates.map(({ id }) => id)))
  expect(schema).not.toContain('email_trigger')
  expect(schema).toContain('"additionalProperties":false')
})
