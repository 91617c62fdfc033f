/**
 * The addresses of the sample product, as `src/catalogue.ts` knows them. All are served the one page
 * `/product`, by a `_redirects` that the build writes.
 */
export const PRODUCT_PATHS = [
  '/dashboard',
  '/projects',
  '/projects/new',
  '/projects/:id',
  '/tasks/new',
  '/team/invite',
  '/import',
  '/integrations',
  '/settings/notifications',
  '/billing',
  '/billing/plans',
  '/profile',
  '/help',
] as const

export type ProductPath = (typeof PRODUCT_PATHS)[number]
