/** Longer than any event of ours by far; what follows is not for us. */
const EVENT_MAX_CHARS = 65_536

/**
 * Takes text as it arrives and gives the data of the events that are complete (HTML, 9.2.6: lines end
 * with CR LF, LF or CR; an event ends with an empty one).
 *
 * @throws for an event without end
 */
export function eventReader(): (text: string) => readonly string[] {
  let rest = ''
  let data: string[] = []
  return (text) => {
    const complete: string[] = []
    rest += text
    // A CR at the end may be half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '' && data.length > 0) {
        complete.push(data.join('\n'))
        data = []
      } else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
    }
    if (rest.length + data.join().length > EVENT_MAX_CHARS)
      throw new RangeError('an event without end')
    return complete
  }
}
