import { SettingsError } from '../env.ts'

/** Where it came from and who called that: more is the framework's. */
const FRAMES_MAX = 3
const NAME = /^[A-Za-z_$][\w$.]{0,63}$/
const CODE = /^[\w.-]{1,64}$/
/** As V8 writes a frame, with nothing in it that our code would not be called. */
const FRAME = /^ {4}(at [\w$.<>[\]#/\\:() @-]{1,256})$/

/**
 * What may be told of an unknown throw: its class, its code and where it came from, and of what caused
 * it the class and the code. Not the message: drivers quote rows in theirs, parsers quote bodies. Only
 * an error about settings is told whole, or nobody would know which one to mend.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error'
  if (error instanceof SettingsError) return `${error.name} ${error.message}`
  const { cause } = error
  const because = cause instanceof Error ? `(${classAndCode(cause)})` : ''
  return [classAndCode(error), because, framesOf(error).join(' < ')].filter(Boolean).join(' ')
}

/** Either may have been set by whoever answered us, so a text that is no name is not repeated. */
function classAndCode(error: Error): string {
  const name = NAME.test(error.name) ? error.name : 'Error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return CODE.test(code) ? `${name} ${code}` : name
}

/**
 * The frames begin where the message ends, which may itself have lines that look like frames: where its
 * end cannot be told, since it was changed after the throw, there are none.
 */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const head = message === '' ? '\n' : `: ${message}\n`
  const at = stack.indexOf(head)
  if (at < 0 || !NAME.test(stack.slice(0, at))) return []
  const [, ...lines] = stack.slice(at + head.length - 1).split('\n')
  const frames = lines.map((line) => FRAME.exec(line)?.[1])
  const end = frames.indexOf(undefined)
  return frames
    .slice(0, end < 0 ? FRAMES_MAX : Math.min(end, FRAMES_MAX))
    .flatMap((frame) => frame ?? [])
}
