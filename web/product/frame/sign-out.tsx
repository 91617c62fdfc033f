import { useState } from 'react'
import { foyer } from '../../parts/foyer.ts'
import { forgetSample } from '../data/sample-store.ts'

/** On this device, and with all that lies on it. */
export function SignOut() {
  const [leaving, setLeaving] = useState(false)
  const leave = async () => {
    setLeaving(true)
    await foyer.logout()
    forgetSample()
    location.assign('/')
  }
  return (
    <p className="sign-out">
      <button type="button" className="link" disabled={leaving} onClick={() => void leave()}>
        Sign out
      </button>
    </p>
  )
}
