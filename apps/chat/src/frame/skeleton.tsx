/** Says "not here yet" to the eye; only visible once 300 ms have passed (app.css). */
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
