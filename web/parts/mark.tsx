/** The arch within the arch. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M6 29V13a10 10 0 0 1 20 0v16" />
    <path d="M12 29V15a4 4 0 0 1 8 0v14" />
  </svg>
)
