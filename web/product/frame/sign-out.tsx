import { useState } from 'react'
import { foyer } from '../../parts/foyer.ts'

/** On this device. */
export function SignOut() {
  const [leaving, setLeaving] = useState(false)
  const leave = async () => {
    setLeaving(true)
    await foyer.logout()
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
