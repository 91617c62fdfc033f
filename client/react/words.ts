/** What the components say of themselves; the rest comes from the server. Give your own to translate. */
export interface Words {
  /** Above each recommendation, and the name of its region or dialog. */
  readonly suggestion: string
  readonly later: string
  readonly decline: string
  /** Said by screen readers when a hint appears by itself. */
  readonly appeared: (text: string) => string
  readonly checklist: string
  readonly progress: (done: number, total: number) => string
  /** Said after the title of what is done. */
  readonly done: string
  readonly allDone: string
}

export const WORDS: Words = {
  suggestion: 'A suggestion',
  later: 'Later',
  decline: 'No thanks',
  appeared: (text) => `A suggestion: ${text}`,
  checklist: 'Getting started',
  progress: (done, total) => `${done} of ${total} done`,
  done: 'done',
  allDone: 'All done. Nothing is left to set up.',
}
