/**
 * `null`: longer than `maxBytes`. One that says itself that it is too long is not begun; one that does
 * not say how long it is is counted while it arrives.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  const declared = request.headers.get('content-length')
  if (declared === null) return readCounted(request.body, maxBytes)
  if (Number(declared) > maxBytes) return null
  // The runtime reads no further than what was declared.
  const bytes = new Uint8Array(await request.arrayBuffer())
  return bytes.byteLength > maxBytes ? null : bytes
}

async function readCounted(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}
