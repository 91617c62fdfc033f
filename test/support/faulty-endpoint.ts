import { z } from 'zod'
import { Fault, Faults, callerLeaves } from '../../scripts/services/faults.ts'
import type { FetchHandler } from '../../scripts/services/http-server.ts'

const Control = z.object({ fault: Fault.nullable() })

/**
 * The network between the driver and its database, which can be made to misbehave like any of the
 * local services: `POST /_control {fault}`. With `commit_then_drop` the statement is executed and the
 * connection closed without an answer.
 */
export function faultyEndpoint(endpoint: FetchHandler): FetchHandler {
  const faults = new Faults()
  return async (request) => {
    if (new URL(request.url).pathname === '/_control') {
      faults.set(Control.parse(await request.json()).fault)
      return Response.json({ fault: faults.current })
    }
    const fault = faults.take(request.method)
    switch (fault?.kind) {
      case undefined:
        return endpoint(request)
      case 'status':
        return Response.json({ message: 'as asked' }, { status: fault.status })
      case 'hang':
        await callerLeaves(request.signal)
        return Response.error()
      case 'commit_then_drop':
        await endpoint(request)
        return Response.error()
      case 'reject':
        return Response.error()
    }
  }
}
