import { foyer } from '../../parts/foyer.ts'
import { changeSample, useSample } from '../data/sample-store.ts'
import { PageHead } from '../frame/page-head.tsx'

const INTEGRATIONS = [
  { id: 'calendar', name: 'Calendar', what: 'Due dates show where you already look.' },
  { id: 'chat', name: 'Chat', what: 'A message when somebody finishes something.' },
  { id: 'code', name: 'Code', what: 'A task closes when its change is merged.' },
] as const

export function Integrations() {
  const { connected } = useSample()
  return (
    <>
      <PageHead title="Integrations" lead="What you already use, beside what you do here." />
      <section className="card form-card">
        <ul className="list">
          {INTEGRATIONS.map(({ id, name, what }) => (
            <li key={id}>
              <div>
                <h2>{name}</h2>
                <p className="quiet-text">{what}</p>
              </div>
              {connected.includes(id) ? (
                <output className="end tag good">connected</output>
              ) : (
                <button
                  type="button"
                  className="button quiet end"
                  aria-label={`Connect ${name.toLowerCase()}`}
                  onClick={() => connect(id)}
                >
                  Connect
                </button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}

function connect(id: string): void {
  changeSample((sample) => ({ ...sample, connected: [...sample.connected, id] }))
  foyer.track({ type: 'button_click', target: `connect-${id}` })
}
