const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** Nothing is fetched from anywhere and no script runs, not even one that slipped through escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'"

export interface Page {
  readonly title: string
  /** Markup: whatever comes from outside is escaped by the caller. */
  readonly body: string
  /** Reloads by itself, so that a list can be watched. */
  readonly refreshSeconds?: number
}

export function htmlPage({ title, body, refreshSeconds }: Page): Response {
  const refresh = refreshSeconds ? `<meta http-equiv="refresh" content="${refreshSeconds}">` : ''
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
  return new Response(page, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      // With none at all a browser would not say of our own buttons that they are ours.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  })
}

const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16181b);
  --card: light-dark(#fff, #1e2125);
  --line: light-dark(#e2dfd8, #33373d);
  --ink: light-dark(#22252a, #e6e4df);
  --quiet: light-dark(#6b6f76, #9a9ea6);
  --accent: light-dark(#0b6b57, #5cc8ae);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
.quiet { color: var(--quiet); margin: 0 0 1.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; margin: 0 0 1.25rem; }
.empty { padding: 2.5rem 1rem; text-align: center; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .55rem 1rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
th { color: var(--quiet); font-weight: 500; white-space: nowrap; }
code, pre { font: .85rem/1.55 ui-monospace, monospace; }
pre { margin: 0; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
a.row { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .7rem 1rem; color: inherit; text-decoration: none; border-bottom: 1px solid var(--line); }
a.row:last-child { border-bottom: 0; }
a.row:hover, a.row:focus-visible { background: color-mix(in srgb, var(--accent) 8%, transparent); }
a.row strong { font-weight: 600; overflow-wrap: anywhere; }
a.row span, a.row time { color: var(--quiet); font-size: .88rem; }
a.row span { grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
form { display: flex; gap: .5rem; margin: 0 0 1.25rem; }
form.inline { display: inline-flex; margin: 0 .25rem .25rem 0; }
input { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .7rem; }
button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .9rem; cursor: pointer; }
iframe { display: block; width: 100%; height: 24rem; border: 0; background: #fff; color-scheme: light; }
`
