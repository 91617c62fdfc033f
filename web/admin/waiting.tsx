/** Before anybody knows who is there. */
export const Waiting = () => (
  <main className="admin-gate">
    <h1>Operators only</h1>
    <p className="soft">One moment …</p>
  </main>
)
