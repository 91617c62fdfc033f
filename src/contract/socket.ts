// Apart from the schemas, so that a page which needs only these names does not load a parser.

/** The subprotocol a client asks for, beside `bearer.<token>`. */
export const SOCKET_PROTOCOL = 'foyer.v1'
export const SOCKET_TOKEN_PREFIX = 'bearer.'

/** Why a socket closes that nobody may open again with the same token; other reasons pass. */
export const SESSION_ENDED_REASON = 'session ended'

/** In the answer to an upgrade: the session's `RunStatus` at that moment. */
export const SESSION_STATUS_HEADER = 'Foyer-Session-Status'
