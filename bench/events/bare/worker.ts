interface Env {
  readonly BEHAVIOR: { send(body: unknown, options: { contentType: 'json' }): Promise<unknown> }
}

/** Asks nobody who they are, and looks at nothing. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const body: unknown = JSON.parse(await request.text())
    await env.BEHAVIOR.send(body, { contentType: 'json' })
    return Response.json({ status: 'queued' }, { status: 202 })
  },
}
