import type { MemberResponse } from '../src/contract/tokens.ts'
import { onPress } from './press-button.ts'

onPress(
  (resumeToken) =>
    fetch('/api/onboarding/resume', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ resumeToken }),
    }),
  async (answer) => {
    const { token } = answer as MemberResponse
    const response = await fetch('/api/me', { headers: { Authorization: `Bearer ${token}` } })
    const { email } = (await response.json()) as { email: string }
    return `You are in. ${email} is proved to be yours.`
  },
)
