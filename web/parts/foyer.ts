import { createFoyer } from '../../client/create-foyer.ts'

/** This browser's. Pages give it to a `<FoyerProvider>`, which starts it. */
export const foyer = createFoyer({})
