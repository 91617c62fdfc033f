import { onPress } from './press-button.ts'

onPress(
  (token) => fetch(`/api/onboarding/unsubscribe?token=${token}`, { method: 'POST' }),
  async () => 'Done. There will be no more of these.',
)
