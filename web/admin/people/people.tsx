import { useState } from 'react'
import { Panel } from '../parts/panel.tsx'
import { linkTo } from '../route.ts'
import { EraseButton } from './erase-button.tsx'
import { Erasure } from './erasure.tsx'
import { ExportButton } from './export-button.tsx'
import { KINDS, type Named } from './named.ts'

/** What a person may ask of us: what we hold, and that we hold it no longer. */
export function People({ id }: { readonly id: string | null }) {
  const [kind, setKind] = useState<keyof Named>('email')
  const [name, setName] = useState('')
  const named: Named = { [kind]: name.trim() }
  const nobody = name.trim() === ''
  return (
    <>
      <Panel
        title="Export and erase"
        about="From every store: the person’s object, the database, the archive, and the providers."
      >
        <div className="row search">
          <div className="field">
            <label htmlFor="kind">By</label>
            <select
              className="input"
              id="kind"
              value={kind}
              onChange={({ target }) => setKind(kindOf(target.value))}
            >
              {Object.entries(KINDS).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          <div className="field grow">
            <label htmlFor="person">Who</label>
            <input
              className="input"
              id="person"
              value={name}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setName(target.value)}
            />
          </div>
          <ExportButton named={named} disabled={nobody} />
          <EraseButton
            named={named}
            disabled={nobody}
            begun={(erasure) => (location.hash = linkTo('people', erasure))}
          />
        </div>
      </Panel>
      {id === null ? null : <Erasure key={id} id={id} />}
    </>
  )
}

const kindOf = (value: string): keyof Named =>
  Object.hasOwn(KINDS, value) ? (value as keyof Named) : 'email'
