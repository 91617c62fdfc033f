/** Why a file was not imported; the catalogue knows these, and recommends accordingly. */
export type ImportError = 'file_type' | 'file_too_large' | 'columns_missing'

export type Import =
  | { readonly ok: true; readonly titles: readonly string[] }
  | { readonly ok: false; readonly error: ImportError }

/** A spreadsheet of ten thousand tasks; more is another thing. */
const FILE_MAX_BYTES = 1_000_000
const ROWS_MAX = 500

/** The titles in a CSV file's column `title`. */
export async function readTable(file: File): Promise<Import> {
  if (!/\.csv$/i.test(file.name)) return { ok: false, error: 'file_type' }
  if (file.size > FILE_MAX_BYTES) return { ok: false, error: 'file_too_large' }
  const [head = [], ...rows] = parseRows(await file.text())
  const at = head.findIndex((name) => name.trim().toLowerCase() === 'title')
  if (at === -1) return { ok: false, error: 'columns_missing' }
  const titles = rows.flatMap((row) => row[at]?.trim() || []).slice(0, ROWS_MAX)
  return { ok: true, titles }
}

/** RFC 4180, as far as a sample needs it: quotes may hold commas, but no line breaks. */
const parseRows = (text: string): readonly (readonly string[])[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => [...`,${line}`.matchAll(CELL)].map(([, quoted, bare]) => unquote(quoted, bare)))

/** Every cell comes after a separator: one is put before the first. */
const CELL = /[,;](?:"((?:[^"]|"")*)"|([^,;]*))/g

const unquote = (quoted: string | undefined, bare: string | undefined): string =>
  quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"')
