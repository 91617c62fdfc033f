import { z } from 'zod'
import { ActionPage, LetterPage, OperatorRequest } from '../../contract/admin.ts'
import { LedgerBalance } from '../../contract/ledger.ts'
import { OverviewQuery, OverviewResponse } from '../../contract/overview.ts'
import { PersonOrder, SessionSearch } from '../../contract/people.ts'
import { BODY_REFUSALS, type Description } from './description.ts'

/** Whose fields are the interface of that name in `src/contract`, for our own page and no contract. */
const view = (name: string) => z.looseObject({}).meta({ description: `\`${name}\`` })
const rows = (name: string) => z.array(view(name))
const next = z.string().nullable().meta({ description: '`after` of the next page.' })

/** Whoever came through Access need not say who they are. */
const Order = OperatorRequest.partial({ operator: true })
const ordered = { body: Order, refusals: [...BODY_REFUSALS, 'not_found'] } as const

const shows = (summary: string, body: z.ZodType): Description => ({
  summary,
  answers: { 200: { means: 'As of now.', body } },
})

/** For operators: what stands, what went wrong, and what can be done about it. */
export const admin = {
  'GET /api/admin/operator': shows(
    'Whom the audit will name',
    z.strictObject({ operator: z.string().nullable() }),
  ),
  'GET /api/admin/operator-actions': {
    ...shows('Who did what, and why', z.strictObject({ actions: rows('ActionView'), next })),
    query: ActionPage,
    refusals: ['validation_failed'],
  },
  'POST /api/admin/sessions/search': {
    ...shows(
      'Find sessions, or a person',
      z.strictObject({
        sessions: rows('FoundSession'),
        next,
        person: view('FoundPerson').nullable(),
      }),
    ),
    body: SessionSearch,
    refusals: BODY_REFUSALS,
  },
  'GET /api/admin/sessions/:specId': {
    ...shows('Why is this person stuck?', view('SessionResponse')),
    refusals: ['not_found'],
  },
  'GET /api/admin/dead-letters': shows(
    'What went wrong for good, by group',
    z.strictObject({ groups: rows('LetterGroup') }),
  ),
  'GET /api/admin/dead-letters/:fingerprint': {
    ...shows('The letters of a group', z.strictObject({ letters: rows('LetterView'), next })),
    query: LetterPage,
    refusals: ['validation_failed', 'not_found'],
  },
  'GET /api/admin/dead-letters/:fingerprint/preview': {
    ...shows('What a replay would do', view('ReplayPreview')),
    refusals: ['not_found'],
  },
  'POST /api/admin/dead-letters/:fingerprint/replay': {
    summary: 'Replay a group, in stages',
    body: Order,
    answers: {
      202: {
        means: 'It has begun.',
        body: view('ReplayView'),
        headers: { Location: 'Where it can be watched.' },
      },
    },
    refusals: [...BODY_REFUSALS, 'not_found', 'nothing_to_replay', 'replay_running'],
  },
  'POST /api/admin/dead-letters/:fingerprint/dismiss': {
    ...shows('Put a group aside', z.strictObject({ dismissed: z.int().nonnegative() })),
    ...ordered,
  },
  'POST /api/admin/people/export': {
    ...shows('Everything that is held of somebody', view('PersonExport')),
    body: PersonOrder,
    refusals: ['not_found', ...BODY_REFUSALS],
  },
  'POST /api/admin/people/erase': {
    summary: 'Erase somebody, from everywhere',
    body: PersonOrder,
    answers: {
      202: {
        means: 'It is under way.',
        body: view('ErasureView'),
        headers: { Location: 'Where it can be watched.' },
      },
    },
    refusals: ['not_found', 'erasure_running', ...BODY_REFUSALS],
  },
  'GET /api/admin/people/erasures/:id': {
    ...shows('How an erasure goes, and its receipt', view('ErasureView')),
    refusals: ['not_found'],
  },
  'GET /api/admin/replays/:id': {
    ...shows('How a replay goes', view('ReplayView')),
    refusals: ['not_found'],
  },
  'POST /api/admin/replays/:id/stop': {
    ...shows('End a replay', view('ReplayView')),
    ...ordered,
  },
  'GET /api/admin/overview': {
    ...shows('The figures of the last day or week, and by the hour', OverviewResponse),
    query: OverviewQuery,
    refusals: ['validation_failed'],
  },
  'GET /api/admin/ledger': shows(
    'Does everything add up?',
    z.strictObject({
      checkedAt: z.int().nullable(),
      balanced: z.boolean().nullable(),
      balance: LedgerBalance.nullable(),
      findings: rows('LedgerFinding'),
    }),
  ),
  'GET /api/admin/budgets': shows(
    'What providers may be asked, and what was spent',
    z.strictObject({ budgets: rows('BudgetSnapshot'), unanswered: z.array(z.string()) }),
  ),
} as const satisfies Record<string, Description>

/** What was learned, and whether it helps. */
export const learning = {
  'GET /api/admin/bandit': shows('What was learned of the tones', view('BanditResponse')),
  'GET /api/admin/bandit/history': shows('How it came about', view('BanditHistory')),
  'POST /api/admin/bandit/rebuild': {
    ...shows('Count anew from the log', z.strictObject({ recounted: z.int().nonnegative() })),
    ...ordered,
  },
  'GET /api/admin/experiment': shows('Does it help?', view('ExperimentResponse')),
  'GET /api/admin/policy': shows('What models were asked', view('PolicyReport')),
  'GET /api/admin/policy/dead-letters': {
    ...shows(
      'Questions that nobody answered',
      z.strictObject({ letters: rows('QuestionLetterView'), next }),
    ),
    query: LetterPage,
    refusals: ['validation_failed'],
  },
  'POST /api/admin/policy/dead-letters/:id/decide-again': {
    summary: 'Ask again',
    body: Order,
    answers: { 202: { means: 'It is asked.', body: view('DecidingAgain') } },
    refusals: [...BODY_REFUSALS, 'not_found', 'nothing_to_replay'],
  },
} as const satisfies Record<string, Description>
