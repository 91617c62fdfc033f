import { Frame } from './frame.tsx'
import { Gate } from './gate.tsx'

/** What the person on call opens. */
const Dashboard = () => (
  <Gate>
    <Frame />
  </Gate>
)

export default Dashboard
