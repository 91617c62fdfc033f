import { describe, expect, test } from 'vitest'
import { matchPath } from '../../../web/product/router.ts'

describe('A6: an address of the sample product', () => {
  test.each([
    ['/dashboard', '/dashboard'],
    ['/projects/new', '/projects/new'],
    ['/projects/5f0c', '/projects/:id'],
    ['/billing/plans', '/billing/plans'],
  ])('%s is the page %s', (address, path) => {
    expect(matchPath(address)?.path).toBe(path)
  })

  test('tells what stands for the open part', () => {
    expect(matchPath('/projects/5f0c')?.id).toBe('5f0c')
  })

  test.each(['/', '/creating', '/projects/', '/projects/a/b', '/nothing', '/api/me'])(
    '%s is left to the browser',
    (address) => {
      expect(matchPath(address)).toBeNull()
    },
  )
})
