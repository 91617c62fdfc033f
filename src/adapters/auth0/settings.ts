import type { Settings } from '../../env.ts'

export interface Auth0Settings {
  readonly domain: string
  readonly clientId: string
  readonly clientSecret: string
  readonly connection: string
  /** Without a slash at its end. */
  readonly baseUrl: string
}

/** @returns `null` when there is no Auth0 account: the step is off */
export function auth0SettingsOf(settings: Settings): Auth0Settings | null {
  const { AUTH0_DOMAIN: domain, AUTH0_CLIENT_ID: clientId } = settings
  const { AUTH0_CLIENT_SECRET: clientSecret, AUTH0_CONNECTION: connection } = settings
  if (domain === undefined || clientId === undefined || clientSecret === undefined) return null
  const baseUrl = (settings.AUTH0_API_BASE ?? `https://${domain}`).replace(/\/$/, '')
  return { domain, clientId, clientSecret, connection, baseUrl }
}
