/** A placeholder while something loads; visible only after 300 ms (app.css). */
export function Skeleton({ of }: { readonly of: string }) {
  return (
    <div className="skeleton" role="status">
      <span aria-hidden="true" />
      <span aria-hidden="true" />
      <span aria-hidden="true" />
      <div className="said">Loading {of}…</div>
    </div>
  )
}
