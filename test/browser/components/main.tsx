import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import type { Snapshot } from '../../../client/snapshot.ts'
import '../../../client/react/foyer.css'
import './page.css'
import { App } from './app.tsx'
import { toldFoyer } from './told-foyer.ts'

declare global {
  interface Window {
    /** Of the test: what this browser has known since before. */
    readonly known: Partial<Snapshot>
    tell: (news: Partial<Snapshot>) => void
    noted: string[]
  }
}

const { foyer, tell, noted } = toldFoyer(window.known)
window.tell = tell
window.noted = noted

const root = document.getElementById('root')
if (root === null) throw new Error('no root')
hydrateRoot(
  root,
  <StrictMode>
    <App foyer={foyer} onNavigate={(path) => noted.push(`to ${path}`)} />
  </StrictMode>,
)
