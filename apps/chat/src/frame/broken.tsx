/** A fault of this page, or a part of it that does not come. It belongs to what is loaded first: it stands in for the rest. */
import { Blank } from './blank.tsx'
import { whyOf } from './why.ts'

/** The one thing that helps is to load it again, and nothing is lost by it. */
export function Broken({ error }: { readonly error: unknown }) {
  return (
    <Blank
      title="This page has a fault"
      text={`Your runs are not touched by it, and everything is on the server. (${whyOf(error)})`}
    >
      <button type="button" className="button" data-look="main" onClick={() => window.location.reload()}>
        Load it again
      </button>
    </Blank>
  )
}
