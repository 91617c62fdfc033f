import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TONES } from '../../src/contract/recommendation.ts'
import { plainText } from '../../src/core/recommendation/plain-text.ts'
import { wordingOf } from '../../src/core/recommendation/tones.ts'
import { type Proposal, validate } from '../../src/core/recommendation/validate.ts'
import { actionOf } from '../support/shared/journeys.ts'

const action = actionOf('create_project')
const other = actionOf('fix_payment')

const proposal = (change: Partial<Proposal> = {}): Proposal => ({
  actionId: action.id,
  component: 'tooltip',
  text: 'Create your first project.',
  confidence: 0.5,
  ...change,
})
const check = (change: Partial<Proposal> = {}) => validate(proposal(change), [action], 'rules/1')

/** Invisible, bidirectional or meaningless, each between two words. */
const UNSEEN: readonly (readonly [string, string])[] = [
  ['a zero-width space', '\u200b'],
  ['a zero-width joiner', '\u200d'],
  ['a word joiner', '\u2060'],
  ['a byte order mark', '\ufeff'],
  ['a soft hyphen', '\u00ad'],
  ['a right-to-left override', '\u202e'],
  ['an isolate', '\u2066'],
  ['a right-to-left mark', '\u200f'],
  ['an Arabic letter mark', '\u061c'],
  ['a variation selector', '\ufe0f'],
  ['a variation selector of the supplement', '\u{e0101}'],
  ['tag characters', '\u{e0068}\u{e0069}\u{e007f}'],
  ['a Hangul filler', '\u3164'],
  ['a half-width Hangul filler', '\uffa0'],
  ['a combining grapheme joiner', '\u034f'],
  ['a Mongolian vowel separator', '\u180e'],
  ['NUL', '\u0000'],
  ['an escape sequence', '\u001b'],
  ['DEL', '\u007f'],
  ['a private character', '\ue000'],
  ['a character that does not exist', '\u{e0fff}'],
  ['a non-character', '\uffff'],
  ['half of a pair', '\ud83d'],
  ['an interlinear annotation', '\ufff9'],
]

const MARKUP = [
  '<b>Now</b>',
  '<img src=x onerror=alert(1)>',
  'Click <a href=/x>here</a>',
  '＜script＞alert(1)＜/script＞',
  '﹤b﹥Now',
  '&lt;b&gt;Now',
  '&#60;b&#62;Now',
  '&#x3c;b',
  '&colon; now',
  '%3Cb%3E now',
  String.raw`\u003cb\u003e now`,
  '{{constructor}} now',
  '${7*7} now',
  '[Click](here)',
  '![Picture](x)',
  '`Code` now',
  '**Now** or never',
  '＊＊Now＊＊',
  '__Now__',
  '~~Now~~',
  'a | b',
  '<\u200bscript> now',
]

const LINKS = [
  'Go to https://evil.example',
  'Go to HTTPS://EVIL',
  'Go to hxxps://evil',
  'Go to hxxp:evil',
  'Go to http:evil',
  'Go to //evil',
  'Go to www.evil',
  'Go to www evil now',
  'Go to evil.com',
  'Go to evil.com/login?next=1',
  'Go to EVIL.COM',
  'Go to evil．com',
  'Go to evil。com',
  'Go to evil｡com',
  'Go to evil․com',
  'Go to ｅｖｉｌ.ｃｏｍ',
  'Go to 𝐞𝐯𝐢𝐥.𝐜𝐨𝐦',
  'Go to ⓔⓥⓘⓛ.ⓒⓞⓜ',
  'Go to evil\u200b.\u200bcom',
  'Go to evil.\u00adcom',
  'Go to evil .com',
  'Go to evil . com',
  'Go to evil. com',
  'Go to evil\u00a0.\u2003com',
  'Go to evil dot com',
  'Go to evil(dot)com',
  'Go to evil ( dot ) example',
  'Go to xn--80ak6aa92e.xn--p1ai',
  'Go to пример.рф',
  'Go to 例え.テスト',
  'Go to उदाहरण.भारत',
  'Go to münchen.de',
  'Go to 👍.ws',
  'Go to 192.168.0.1',
  'Go to ١٩٢.١٦٨.٠.١',
  'Write to me@evil',
  'Write to me＠evil',
  'Write to me (at) evil',
  'Write to mailto:me',
  'Run javascript:alert(1)',
  'Run JaVaScRiPt : alert(1)',
  'Run java\u0000script:alert(1)',
  'Run java\tscript:alert(1)',
  'Run javascript：alert(1)',
  'Run vbscript:x',
  'Open data:text/html,x',
  'Open file:x',
  'Call tel:123',
  'Call +1 555 0100 99',
  'Call +49 (30) 123-45 67',
  'Call 1-800-555-0199',
  'Call 030 / 901 820 00',
  'Call ＋４９ ３０ １２３４５６７',
]

describe('X53: what is said must be plain words', () => {
  test.each(MARKUP)('X53: markup is refused: %s', (text) => {
    expect(check({ text })).toEqual({ ok: false, error: 'markup' })
  })

  test.each(LINKS)('X53: a link is refused: %s', (text) => {
    expect(check({ text })).toEqual({ ok: false, error: 'link' })
  })

  test.each(UNSEEN)('X53: %s goes', (_, unseen) => {
    expect(plainText(`Create${unseen} your${unseen}${unseen} first project`)).toEqual({
      ok: true,
      value: 'Create your first project',
    })
  })

  test.each([
    ['nothing', ''],
    ['spaces', ' \u00a0\u3000 '],
    ['what looks blank', '\u2800\u3164\u200b'],
    ['emoji', '🎉👩‍💻🇪🇺'],
    ['digits and signs', '123 !?'],
  ])('A6: %s is no text', (_, text) => {
    expect(check({ text })).toEqual({ ok: false, error: 'empty' })
  })

  test.each([
    ['a line too long', `${'a'.repeat(240)}a`],
    ['a book', 'Create it. '.repeat(100_000)],
    ['much that is invisible', `${'\u200b'.repeat(100_000)}Create it.`],
  ])('A6: %s is too long', (_, text) => {
    expect(check({ text })).toEqual({ ok: false, error: 'too_long' })
  })

  test('A6: as long as it may be is not too long', () => {
    expect(check({ text: 'a'.repeat(240) })).toMatchObject({ ok: true })
  })

  test('X53: marks that climb into the lines around are cut', () => {
    const text = plainText(`Z${'\u0335\u0327'.repeat(50)}algo`)
    expect(text.ok && text.value.length).toBeLessThan(12)
  })

  test('A6: it is one line', () => {
    expect(plainText(' Create\r\n\r\nyour\u2028first\u0085 \v project\t')).toEqual({
      ok: true,
      value: 'Create your first project',
    })
  })
})

describe('A6: ordinary sentences pass as they are', () => {
  test.each([
    'Create your first project. Everything you do here lives in a project.',
    'Invite a teammate: plans that two people see get done.',
    'It takes 2 minutes, e.g. over a coffee; you can stop at any time (really).',
    "You've done 3 of 5 steps – don't stop now!",
    'Q&A, R&D and drag&drop: everything fits into one board.',
    'Import your data: a spreadsheet is enough.',
    'Works 24/7, and/or whenever you like. 100% of it is yours…',
    'Your plan ends on 2026-12-31. Prices start at $9.99 a month.',
    'Version 2.0 is here. Net of everything, it is faster.',
    'At 9:30 we sync. Next: the first task, no. 4 of 10,000.',
    'Upload a .csv file of up to 10 MB.',
    'About 1 000 000 tasks were done here yesterday 🎉',
    'Legen Sie Ihr erstes Projekt an. Alles, was Sie hier tun, lebt darin.',
    'Laden Sie Kolleg:innen ein, z. B. aus dem Vertrieb (max. 5 Personen).',
    'Größe, Straße, Übung: „Alles bleibt, wie es ist“, heißt es.',
    'Am 3. Mai um 10:30 Uhr geht es weiter. Bis dahin: ca. 20 Aufgaben.',
    'Nur noch ein Schritt – d. h. der Code aus Ihrem Postfach.',
    'Vergleichen Sie die Tarife; ab 9,90 € im Monat.',
    '最初のプロジェクトを作成しましょう。すべてはここから始まります。',
    'チームメンバーを招待してください！（あとで変更できます）',
    'ファイルを取り込む：ＣＳＶ形式に対応しています。次に進みましょう。',
    'コードを入力してください。CSVも使えます。',
    'お支払いに失敗しました。カードを更新してください。',
    'タスクを１つ追加すると、明日も戻ってきたくなります。',
    'أنشئ مشروعك الأول. كل ما تفعله هنا يعيش في مشروع.',
    'ادعُ زميلاً إلى فريقك؛ الخطط التي يراها شخصان تُنجز.',
    'أدخل الرمز المرسل إلى بريدك، ثم تابع من حيث توقفت.',
    'هل تريد استيراد المهام؟ يكفي جدول واحد.',
    'لم تتم عملية الدفع الأخيرة، ولم يُفقد شيء بعد!',
    'اختر الإشعارات التي تهمك (٣ خيارات فقط).',
  ])('A6: %s', (text) => {
    expect(plainText(text)).toEqual({ ok: true, value: text })
  })
})

describe('A6: whatever passes', () => {
  const FRAGMENTS = [
    ...UNSEEN.map(([, unseen]) => unseen),
    ...MARKUP,
    ...LINKS,
    ...'. |com|www|@|:|/|<|&|e\u0301|\u0301|ﷺ|。|dot|1|٣|\u1100\u1161|\u11a8|\u09c7|\u09be|½|ﬁ|﷽|data|A'.split(
      '|',
    ),
  ]
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(...FRAGMENTS),
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.string({ unit: 'grapheme', maxLength: 6 }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''))

  /** Written anew, and more simply than what it judges: anything like it, in any spelling. */
  const FORBIDDEN = [
    /[<>`{}[\]|\\@]/,
    /\/\//,
    /\p{C}|\p{Zl}|\p{Zp}/u,
    /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u115f\u1160\u3164\uffa0\u2800]|\p{Variation_Selector}/u,
    /\s\s|^\s|\s$/,
    /[^\s.]\.\p{L}{2}/u,
    /javascript:|mailto:|https?:/i,
  ]

  test('A6, X53: holds nothing that is forbidden, in any spelling, and passes again unchanged', () => {
    let passed = 0
    fc.assert(
      fc.property(hostile, (raw) => {
        const first = plainText(raw)
        if (!first.ok) return
        passed += 1
        for (const forbidden of FORBIDDEN) {
          expect(first.value).not.toMatch(forbidden)
          expect(first.value.normalize('NFKC').replaceAll(/ +/g, ' ').trim()).not.toMatch(forbidden)
        }
        expect(first.value.isWellFormed()).toBe(true)
        expect(plainText(first.value)).toEqual(first)
      }),
      { numRuns: 20_000 },
    )
    expect(passed).toBeGreaterThan(500)
  })

  test('A6: is judged in time that grows as its length does', () => {
    const timeFor = (text: string) => {
      const from = performance.now()
      for (let n = 0; n < 500; n += 1) plainText(text)
      return performance.now() - from
    }
    const least = (text: string) => Math.min(...[1, 2, 3, 4, 5].map(() => timeFor(text)))
    const parts = ['a.', '1 ', 'a ', '\u0301', '&a', '. ', '1-(', 'a\u200b', '%3', 'java ', 'dot ']
    for (const part of parts) {
      // As much as is shown, and as much as is looked at. An expression that goes back and forth would
      // take a hundred times as long for ten times the text.
      for (const length of [240, 2_000]) {
        const long = `A${part.repeat(length)}`.slice(0, length)
        expect(least(long) / (least(long.slice(0, length / 10)) + 0.5)).toBeLessThan(40)
      }
    }
  })
})

describe('B11: what is proposed', () => {
  test.each([
    ['an action that is none', 'rob_a_bank'],
    ['an action that is not for this person', other.id],
    ['__proto__', '__proto__'],
    ['nothing', ''],
  ])('B11: %s is refused', (_, actionId) => {
    expect(check({ actionId })).toEqual({ ok: false, error: 'unknown_action' })
  })

  test.each(['none', '', 'banner', 'Tooltip', 'tooltip ', '__proto__', 'constructor', '0'])(
    'A6: the component "%s" is refused',
    (component) => {
      expect(check({ component })).toEqual({ ok: false, error: 'unknown_component' })
    },
  )

  test.each(['tooltip', 'modal', 'sidebar_hint', 'email_trigger'])('A6: %s passes', (component) => {
    expect(check({ component })).toMatchObject({ ok: true, value: { component } })
  })

  test.each([Number.NaN, -0.01, 1.01, Number.POSITIVE_INFINITY])(
    'A6: a confidence of %d is refused',
    (confidence) => {
      expect(check({ confidence })).toEqual({ ok: false, error: 'confidence' })
    },
  )

  test.each([0, 1])('A6: a confidence of %d passes', (confidence) => {
    expect(check({ confidence })).toMatchObject({ ok: true, value: { confidence } })
  })

  test('A6: where it leads is the catalogue’s', () => {
    expect(check()).toMatchObject({ ok: true, value: { action: { path: action.path } } })
  })
})

describe('A5: the hash of what passed', () => {
  const hashOf = (change: Partial<Proposal> = {}, version = 'rules/1') => {
    const valid = validate(proposal(change), [action, other], version)
    return valid.ok ? valid.value.hash : valid.error
  }

  test('A5: is twelve hex digits, the same for the same', () => {
    expect(hashOf()).toMatch(/^[0-9a-f]{12}$/)
    expect(hashOf()).toBe(hashOf())
    expect(hashOf({ text: ' Create  your first\nproject.' })).toBe(hashOf())
  })

  test('A5: is another one for anything else that is shown', () => {
    const hashes = [
      hashOf(),
      hashOf({ text: 'Create your first project' }),
      hashOf({ component: 'modal' }),
      hashOf({ confidence: 0.6 }),
      hashOf({ actionId: other.id }),
      hashOf({}, 'rules/2'),
      ...TONES.map((tone) => hashOf({ text: wordingOf(action, tone) })),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})
