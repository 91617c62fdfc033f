const TEXT = 0x81
const LENGTH_OF_16_BITS = 126
const LENGTH_OF_64_BITS = 127

/** Reads what a server sends over a socket: whole text frames, unmasked (RFC 6455, 5.2). */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** @returns the texts that are complete with this chunk; of other frames nothing is made */
  read(chunk: Buffer): readonly string[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const texts: string[] = []
    for (let frame = this.#next(); frame !== null; frame = this.#next()) {
      if (frame.first === TEXT) texts.push(frame.payload.toString())
    }
    return texts
  }

  #next(): { readonly first: number; readonly payload: Buffer } | null {
    const bytes = this.#rest
    if (bytes.length < 2) return null
    const short = bytes.readUInt8(1)
    if (short === LENGTH_OF_64_BITS) throw new Error('a frame of more than 64 KiB')
    const start = short === LENGTH_OF_16_BITS ? 4 : 2
    if (bytes.length < start) return null
    const end = start + (short === LENGTH_OF_16_BITS ? bytes.readUInt16BE(2) : short)
    if (bytes.length < end) return null
    this.#rest = bytes.subarray(end)
    return { first: bytes.readUInt8(0), payload: bytes.subarray(start, end) }
  }
}
