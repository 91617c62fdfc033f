/**
 * `null`: longer than `maxBytes`. Counted while it arrives, whatever the body says of its length; one
 * that says itself that it is too long is not begun.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length')) > maxBytes) return null
  const stream: ReadableStream<Uint8Array> | null = request.body
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  const [only] = chunks
  if (only !== undefined && chunks.length === 1) return only
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}
