/** That it worked, said where it was done; empty before, so that screen readers hear it. */
export const DoneNote = ({ children }: { readonly children: string }) => (
  <output className="note">{children}</output>
)
