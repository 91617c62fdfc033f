/**
 * Until a program that was started says that it is ready.
 *
 * @param log read to its end, since a full pipe would stop the program, but not kept
 * @throws Error with what it said instead, when it ends before
 */
export async function untilSaid(
  log: NodeJS.ReadableStream,
  ready: string,
  program: string,
): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    log.on('data', (chunk) => {
      if (text.includes(ready)) return
      text += String(chunk)
      if (text.includes(ready)) resolve()
    })
    log.once('end', () => reject(new Error(`${program} did not start:\n${text}`)))
  })
}
