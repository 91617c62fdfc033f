/** While the page hydrates: the place where things will be. */
export const Opening = () => (
  <div className="stack" aria-hidden="true">
    <div className="skeleton line" />
    <div className="skeleton block" />
  </div>
)
