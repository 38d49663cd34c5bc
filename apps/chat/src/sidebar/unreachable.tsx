/** Where a list should be and no answer has come yet. */
export function Unreachable() {
  return <p className="side-note">The server cannot be reached. This page keeps trying; your runs go on.</p>
}
