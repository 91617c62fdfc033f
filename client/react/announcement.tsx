/** For screen readers alone. It must be on the page, empty, before it has something to say. */
export const Announcement = ({ children }: { readonly children: string }) => (
  <p className="foyer-said" role="status">
    {children}
  </p>
)
