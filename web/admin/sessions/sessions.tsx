import { useState } from 'react'
import type { SessionSearch, SessionSearchResponse } from '../../../src/contract/people.ts'
import { Loaded, Panel } from '../parts/panel.tsx'
import { CALM_MS, useLive } from '../use-live.ts'
import { FoundTable } from './found-table.tsx'
import { SearchForm } from './search-form.tsx'
import { Session } from './session.tsx'

/** Whose session it is, and why they are stuck. */
export const Sessions = ({ id }: { readonly id: string | null }) =>
  id === null ? <Search /> : <Session key={id} specId={id} />

type Question = Partial<SessionSearch>

function Search() {
  const [question, setQuestion] = useState<Question>({})
  const found = useLive<SessionSearchResponse>(
    '/sessions/search',
    question.after === undefined ? CALM_MS : 0,
    question,
  )
  return (
    <Panel
      title="Find somebody"
      about="By what they told you: their address, or the id of a session or an account, or its beginning."
    >
      <SearchForm search={setQuestion} />
      <Loaded of={found}>
        {({ sessions, next, person }, at) => (
          <>
            {person === null ? null : (
              <p>
                <strong>{person.identity}</strong>,{' '}
                {person.provenAt === null ? 'not proven' : 'proven'}, account{' '}
                <code>{person.userId}</code>
              </p>
            )}
            <FoundTable sessions={sessions} now={at} />
            {next === null ? null : (
              <button
                type="button"
                className="button quiet"
                onClick={() => setQuestion({ ...question, after: next })}
              >
                Earlier
              </button>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}
