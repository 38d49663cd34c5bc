/** In place of a list that has not been answered yet. */
export function Unreachable() {
  return <p className="side-note">Can’t reach the server. Still trying…</p>
}
