import {
  AccountStatus,
  MeResponse,
  MemberResponse,
  OnboardResponse,
  RefreshRequest,
} from '../../contract/tokens.ts'
import { NonceResponse, WalletRequest, WalletResponse } from '../../contract/wallet.ts'
import { BODY_REFUSALS, type Description } from './description.ts'

/** Who is signed in, or signs in with a wallet. */
export const people = {
  'POST /api/auth/nonce': {
    summary: 'A nonce for a wallet to sign',
    answers: { 200: { means: 'Good for five minutes, once.', body: NonceResponse } },
    refusals: ['rate_limited'],
  },
  'POST /api/auth/wallet': {
    summary: 'Sign in with a wallet (EIP-4361)',
    body: WalletRequest,
    answers: { 200: { means: 'A member.', body: WalletResponse } },
    refusals: [...BODY_REFUSALS, 'unauthorized', 'rate_limited'],
  },
  'POST /api/auth/refresh': {
    summary: 'Fresh tokens',
    more: 'A refresh token counts once; one that is used again ends the device’s session.',
    body: RefreshRequest,
    answers: { 200: { means: 'The same device.', body: MemberResponse } },
    refusals: [...BODY_REFUSALS, 'unauthorized'],
  },
  'POST /api/auth/logout': {
    summary: 'Sign this device out',
    answers: { 204: { means: 'Done.' } },
  },
  'GET /api/me': {
    summary: 'Who am I?',
    answers: { 200: { means: 'The account.', body: MeResponse } },
  },
  'POST /api/user/onboard': {
    summary: 'Have the account built',
    more: 'For whoever is signed in already; again, it changes nothing.',
    answers: { 200: { means: 'It is on its way, or there.', body: OnboardResponse } },
    refusals: ['rate_limited'],
  },
  'GET /api/user/status': {
    summary: 'How the account comes along',
    answers: { 200: { means: 'As it is now.', body: AccountStatus } },
    refusals: ['not_found'],
  },
} as const satisfies Record<string, Description>
