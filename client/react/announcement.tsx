/** For screen readers alone. It must be on the page, empty, before it has something to say. */
export const Announcement = ({ children }: { readonly children: string }) => (
  <output className="foyer-said">{children}</output>
)
