import { Door } from '../../parts/door.tsx'

export const Page = () => (
  <Door title="Nothing here." lead="There is no page at this address. It may have had one once.">
    <section className="card raised stack-s">
      <h2>Where to?</h2>
      <p>
        <a className="button wide" href="/dashboard">
          To the product
        </a>
      </p>
      <p>
        <a className="button wide quiet" href="/">
          To the entrance
        </a>
      </p>
    </section>
  </Door>
)
