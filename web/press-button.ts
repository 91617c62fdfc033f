import type { ErrorBody } from '../src/contract/errors.ts'

/** A status after which pressing again would be in vain. */
const GONE = 410

/**
 * A page of one button. Opening the page does nothing: mail scanners open links, and press nothing.
 *
 * @param request made when the button is pressed, with what stands behind the `#`
 * @param done what to say afterwards
 */
export function onPress(
  request: (fragment: string) => Promise<Response>,
  done: (answer: unknown) => Promise<string>,
): void {
  const button = document.querySelector('button')
  button?.addEventListener('click', () => void press(button))

  async function press(pressed: HTMLButtonElement): Promise<void> {
    pressed.disabled = true
    say('problem', '')
    const response = await request(location.hash.slice(1)).catch(() => null)
    const body: unknown = await response?.json().catch(() => null)
    if (response?.ok) {
      pressed.hidden = true
      // Spent: neither the history nor a screenshot needs it.
      history.replaceState(null, '', location.pathname)
      return say('outcome', await done(body))
    }
    pressed.disabled = response?.status === GONE
    say('problem', (body as ErrorBody | null)?.error.message ?? 'No connection. Please try again.')
  }
}

function say(id: string, text: string): void {
  const element = document.getElementById(id)
  if (element) element.textContent = text
}
