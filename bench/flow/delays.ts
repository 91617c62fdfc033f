/** Of the services that a sign-up needs, in milliseconds a call. */
export type FlowDelays = Readonly<Record<'identity' | 'billing' | 'database' | 'mail', number>>

/**
 * How long the services behind a sign-up take, in milliseconds. Less than what was published, so that the
 * blocking flow looks rather too well:
 *
 * - identity: a maintainer of Auth0's SDK saw 154 ms for `/userinfo` and 253 ms for a token
 *   (github.com/auth0/auth0-oidc-client-net/issues/141); nobody publishes the creation of a user.
 * - billing: `POST /v1/customers` took 0.41 s (github.com/202-ecommerce/stripe_official/issues/145), and
 *   1.5 s on a connected account (github.com/stripe/stripe-node/issues/538).
 * - database: a first query from the edge some 37 ms, one on a connection that is there 5 ms
 *   (neon.tech/blog/http-vs-websockets-for-postgres-queries-at-the-edge).
 * - mail: nobody publishes it; any call over the internet that writes something.
 */
export const PUBLISHED_DELAYS_MS = {
  identity: 100,
  billing: 200,
  database: 10,
  mail: 50,
} satisfies FlowDelays

/** A part of each delay. */
export const shareOf = (delaysMs: FlowDelays, share: number): FlowDelays => ({
  identity: delaysMs.identity * share,
  billing: delaysMs.billing * share,
  database: delaysMs.database * share,
  mail: delaysMs.mail * share,
})
