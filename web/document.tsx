import type { ReactNode } from 'react'
import type { Assets, Entry } from './entries.ts'

/** The page itself is rendered apart, since the browser renders it again and this not. */
export const BODY_GOES_HERE = '[body]'

/** Around each page; nothing in it is a script or a style of its own (see `public/_headers`). */
export const HtmlDocument = (props: {
  readonly entry: Entry
  readonly assets: Assets
}): ReactNode => {
  const { entry, assets } = props
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#f6f2ec" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#15120f" media="(prefers-color-scheme: dark)" />
        <title>{entry.title}</title>
        {entry.description === undefined ? (
          <meta name="robots" content="noindex" />
        ) : (
          <meta name="description" content={entry.description} />
        )}
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        {assets.styles.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        <script type="module" src={assets.script} />
        {assets.modules.map((href) => (
          <link key={href} rel="modulepreload" href={href} />
        ))}
      </head>
      <body>
        <noscript>
          <p className="noscript">
            This page comes alive with JavaScript, which is switched off here.
          </p>
        </noscript>
        <div id="root" data-page={entry.page}>
          {BODY_GOES_HERE}
        </div>
      </body>
    </html>
  )
}
