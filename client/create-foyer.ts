import { Client } from './client.ts'
import type { Foyer, FoyerOptions } from './foyer.ts'
import { logout, me } from './membership.ts'
import { signUp } from './sign-up.ts'

/** One for a page. Its functions may be taken off it, as hooks do. */
export function createFoyer(options: FoyerOptions = {}): Foyer {
  const client = new Client(options)
  const { access, behaviour, drafts, kept, proof, recommendations, store } = client
  return {
    start: () => client.start(),
    stop: () => client.stop(),
    subscribe: (listener) => store.subscribe(listener),
    getSnapshot: () => store.snapshot,
    signUp: (intention) => signUp(access, kept, intention),
    saveDraft: (changes) => drafts.save(changes),
    requestCode: () => proof.requestCode(),
    claim: (code) => proof.claim(code),
    resume: (resumeToken) => proof.resume(resumeToken),
    me: () => me(access),
    logout: () => logout(access),
    async token() {
      const held = await access.fresh()
      return held.ok ? held.value.token : (access.current()?.token ?? null)
    },
    track: (deed) => behaviour.track(deed),
    seen: (id) => recommendations.answer(id, 'impression'),
    clicked: (id) => recommendations.answer(id, 'click'),
    dismiss: (id) => recommendations.answer(id, 'dismiss'),
    snooze: (id) => recommendations.snooze(id),
  }
}
