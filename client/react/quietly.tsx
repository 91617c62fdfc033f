import { Component, type ReactNode, Suspense } from 'react'

interface QuietlyProps {
  readonly children: ReactNode
}

/**
 * What is within may take its time to load, and fail: then it is not shown, and the product's page goes
 * on. React itself reports the failure to the root's `onCaughtError`.
 */
export class Quietly extends Component<QuietlyProps, { readonly failed: boolean }> {
  override readonly state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? null : <Suspense>{this.props.children}</Suspense>
  }
}
