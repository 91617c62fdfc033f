import type {
  DurableObjectNamespace,
  Response as PlatformResponse,
  WebSocketPair as PlatformSocketPair,
  Request,
} from '@cloudflare/workers-types'
import { DurableObject } from 'cloudflare:workers'

// The platform's globals would meet Node's in one program.
declare const Response: typeof PlatformResponse
declare const WebSocketPair: typeof PlatformSocketPair

interface Env {
  readonly HOLDERS: DurableObjectNamespace
}

/** Holds a hibernating socket, says one word, and knows nothing. */
export class Holder extends DurableObject<Env> {
  fetch(): PlatformResponse {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    server.send('"held"')
    return new Response(null, { status: 101, webSocket: client })
  }
}

/** An object for each path. */
export default {
  fetch: (request: Request, env: Env): Promise<PlatformResponse> =>
    env.HOLDERS.getByName(new URL(request.url).pathname).fetch(request.url, request),
}
