import type { Pepper } from '../../core/pepper.ts'
import type { MailLinks } from '../../core/ports.ts'
import { resumeSeal, unsubscribeSeal } from '../../core/sealed.ts'

/**
 * The way in travels behind the `#`, which no server is sent and no log shows; the way out is posted
 * to by mail programs, and lets nobody in.
 */
export const createMailLinks = (baseUrl: string, pepper: Pepper): MailLinks => ({
  async of(link) {
    const [resume, unsubscribe] = await Promise.all([
      resumeSeal.seal(pepper, link),
      unsubscribeSeal.seal(pepper, link),
    ])
    return {
      resumeUrl: `${baseUrl}/resume#${resume}`,
      unsubscribeUrl: `${baseUrl}/api/onboarding/unsubscribe?token=${unsubscribe}`,
    }
  },
})
