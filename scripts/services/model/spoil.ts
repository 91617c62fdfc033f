import type { Answer, Choice } from './choose.ts'
import type { Mischief } from './faults.ts'

/** What a model said, and how it ended. */
export interface Said {
  readonly content: string | null
  readonly finishReason: string
  readonly refusal: string | null
}

export const saying = (content: string | null, finishReason = 'stop'): Said => ({
  content,
  finishReason,
  refusal: null,
})

/** A good answer, spoilt. */
export function spoil(answer: Answer, how: Mischief): Said {
  const text = JSON.stringify(answer)
  switch (how) {
    case 'malformed':
      return saying(text.replaceAll('"', "'"))
    case 'fenced':
      return saying(`\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\``)
    case 'talkative':
      return saying(`Sure! Here is what I would show:\n${text}\nTell me if you want {more}.`)
    case 'truncated':
      return saying(text.slice(0, text.length / 2), 'length')
    case 'refusal':
      return { content: null, finishReason: 'stop', refusal: 'I cannot help with that.' }
    case 'empty':
      return saying('')
    case 'markup':
      return saying(worded(answer, (said) => `<img src=x onerror=alert(1)> ${said}`))
    case 'link':
      return saying(worded(answer, (said) => `${said} See https://evil.example/login`))
    case 'unknown_component':
      return saying(changed(answer, (choice) => ({ ...choice, ui_component: 'fullscreen_video' })))
    case 'unknown_action':
      return saying(changed(answer, (choice) => ({ ...choice, action: `${choice.action}_now` })))
  }
}

const changed = (answer: Answer, change: (choice: Choice) => Choice): string =>
  JSON.stringify({ choices: answer.choices.map(change) })

const worded = (answer: Answer, word: (said: string) => string): string =>
  changed(answer, (choice) => ({
    ...choice,
    wording: {
      aggressive: word(choice.wording.aggressive),
      moderate: word(choice.wording.moderate),
      passive: word(choice.wording.passive),
    },
  }))
