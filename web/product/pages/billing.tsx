import { type SubmitEvent, useState } from 'react'
import { foyer } from '../../parts/foyer.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'
import { Link } from '../link.tsx'
import { DoneNote } from '../parts/done-note.tsx'
import { formText } from '../parts/form-text.ts'

/** Cards that belong to nobody, so that nobody types a real one into a sample. */
const CARDS = [
  { digits: '4242', what: 'goes through', error: null, words: '' },
  {
    digits: '0002',
    what: 'is declined',
    error: 'card_declined',
    words: 'The bank declined this card. Nothing is lost: choose another one.',
  },
  {
    digits: '0069',
    what: 'has expired',
    error: 'card_expired',
    words: 'This card has expired. Choose another one.',
  },
] as const

type Card = (typeof CARDS)[number]

export function Billing() {
  const sample = useSample()
  const [tried, setTried] = useState<Card | null>(null)
  const pay = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const digits = formText(event.currentTarget, 'card')
    const card = CARDS.find((candidate) => candidate.digits === digits)
    if (card === undefined) return
    setTried(card)
    const deed = { type: 'form_submit', target: 'card' } as const
    foyer.track(card.error === null ? deed : { ...deed, error: card.error })
    if (card.error === null) changeSample((before) => ({ ...before, card: digits }))
  }
  return (
    <>
      <PageHead
        title="Billing"
        lead={
          sample.card === null ? 'No card yet.' : `Paid with the card that ends in ${sample.card}.`
        }
      >
        <Link to="/billing/plans">Compare plans</Link>
      </PageHead>
      <form className="card stack form-card" onSubmit={pay}>
        <fieldset className="choices">
          <legend>Sample card</legend>
          {CARDS.map(({ digits, what }, at) => (
            <label key={digits} className="check">
              <input type="radio" name="card" value={digits} defaultChecked={at === 0} />
              Ends in {digits}, {what}
            </label>
          ))}
        </fieldset>
        <p>
          <button type="submit" className="button">
            Use this card
          </button>
        </p>
        {tried === null || tried.error === null ? null : (
          <p className="problem" role="alert">
            {tried.words}
          </p>
        )}
        <DoneNote>{tried?.error === null ? 'Thank you. The card is in use.' : ''}</DoneNote>
      </form>
    </>
  )
}
