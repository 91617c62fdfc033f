// Apart from the schemas, so that a page which needs only these names does not load a parser.

/** The subprotocol a client asks for, beside `bearer.<token>`. */
export const SOCKET_PROTOCOL = 'foyer.v1'
export const SOCKET_TOKEN_PREFIX = 'bearer.'
