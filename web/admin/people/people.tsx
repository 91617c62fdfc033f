import { Panel } from '../parts/panel.tsx'

/** Export and erasure. */
export const People = () => (
  <Panel title="Export and erase">
    <p className="soft">Find the person under Sessions first.</p>
  </Panel>
)
