import { describe, expect, test } from 'vitest'
import { readTable } from '../../../web/product/data/read-table.ts'

const file = (text: string, name = 'tasks.csv') => new File([text], name)

describe('A3: an import of the sample product', () => {
  test.each([
    ['commas', 'title,due\nPaint the door,Monday\nOil the hinges,Tuesday\n'],
    [
      'semicolons and line ends of Windows',
      'due;Title\r\nMonday;Paint the door\r\n;Oil the hinges\r\n',
    ],
    ['a mark of its encoding', '\uFEFFtitle\nPaint the door\nOil the hinges'],
    ['empty lines and titles', 'title,due\nPaint the door,\n\n,Friday\nOil the hinges,'],
  ])('reads titles from a file with %s', async (_what, text) => {
    expect(await readTable(file(text))).toEqual({
      ok: true,
      titles: ['Paint the door', 'Oil the hinges'],
    })
  })

  test('reads what quotes hold, commas and quotes within', async () => {
    const read = await readTable(file('title,due\n"Paint, then ""oil""",Monday\n'))
    expect(read).toEqual({ ok: true, titles: ['Paint, then "oil"'] })
  })

  test.each([
    ['file_type', file('title\nPaint', 'door.png')],
    ['file_too_large', file('x'.repeat(1_000_001))],
    ['columns_missing', file('name,age\nAda,36\n')],
    ['columns_missing', file('')],
  ])('fails with %s, in the words of the catalogue', async (error, given) => {
    expect(await readTable(given)).toEqual({ ok: false, error })
  })
})
