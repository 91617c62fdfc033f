/** An HTML page that is built: `pages/<page>/page.tsx`, prerendered to `<file>.html`. */
export interface Entry {
  readonly page: string
  readonly file: string
  readonly title: string
  /** For search engines; a page without one asks not to be listed. */
  readonly description?: string
}

/** Every one. A line here and a folder in `pages/` make another. */
export const ENTRIES: readonly Entry[] = [
  {
    page: 'sign-up',
    file: 'index',
    title: 'Foyer: come in',
    description: 'Sign up at the edge: a session in milliseconds, the account built behind it.',
  },
  { page: 'creating', file: 'creating', title: 'Foyer: your account comes true' },
  { page: 'claim', file: 'claim', title: 'Foyer: confirm your address' },
  { page: 'resume', file: 'resume', title: 'Foyer: finish setup' },
  { page: 'unsubscribe', file: 'unsubscribe', title: 'Foyer: no more mails' },
  { page: 'product', file: 'product', title: 'Foyer: the sample product' },
  { page: 'admin', file: 'admin', title: 'Foyer: operators' },
  { page: 'not-found', file: '404', title: 'Foyer: nothing here' },
]

/** What a built page loads, as addresses on our own origin. */
export interface Assets {
  readonly script: string
  /** Modules that the script will ask for: the browser need not wait to be told. */
  readonly modules: readonly string[]
  readonly styles: readonly string[]
}

/** What `render.tsx` exports once it is built for Node; the build calls it. */
export interface Renderer {
  html(entry: Entry, assets: Assets): string
  /** Lines of `_redirects`: addresses of the sample product, which all have one page. */
  rewrites(): string
}
