import { Component, type ReactNode } from 'react'

interface LoadAgainProps {
  readonly children: ReactNode
}

/**
 * Where the dashboard does not load, or breaks: after a deployment its scripts have other names, which
 * only the page as it is now knows. React itself reports the failure to the console.
 */
export class LoadAgain extends Component<LoadAgainProps, { readonly failed: boolean }> {
  override readonly state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <main className="admin-gate">
        <h1>The dashboard did not load</h1>
        <p className="soft" role="alert">
          It may have been replaced by a newer one, or the connection failed.
        </p>
        <p>
          <button type="button" className="button" onClick={() => location.reload()}>
            Load again
          </button>
        </p>
      </main>
    )
  }
}
