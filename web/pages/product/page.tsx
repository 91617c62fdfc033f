import { FoyerProvider } from '../../../client/react/foyer-provider.tsx'
import { foyer } from '../../parts/foyer.ts'
import { Product } from '../../product/frame/product.tsx'
import { go } from '../../product/router.ts'

export const Page = () => (
  <FoyerProvider foyer={foyer} onNavigate={go}>
    <Product />
  </FoyerProvider>
)
