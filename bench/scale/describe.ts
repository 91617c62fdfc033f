/** Dollars as people read them: cents while they matter. */
export const dollars = (usd: number): string => `$${usd.toLocaleString('en', digitsOf(usd))}`

function digitsOf(usd: number): Intl.NumberFormatOptions {
  if (usd > 0 && usd < 0.1) return { maximumSignificantDigits: 2 }
  return usd < 100
    ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
    : { maximumFractionDigits: 0 }
}

/** Three significant digits. */
export const figure = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3 })

export const percent = (share: number): string =>
  `${(share * 100).toLocaleString('en', { maximumSignificantDigits: 3 })} %`

/** With its sign. */
export const change = (from: number, to: number): string => {
  const share = (to - from) / from
  if (Math.abs(share) < 0.0005) return '0 %'
  return `${share > 0 ? '+' : '−'}${percent(Math.abs(share))}`
}
