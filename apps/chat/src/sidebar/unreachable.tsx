/** Where a list should be and no answer has come yet. */
export function Unreachable() {
  return <p className="side-note">Can’t reach the server. Still trying…</p>
}
