/** A request of the person failed: says which, and that nothing is lost. */
import { Icon } from '../design/icon.tsx'

interface TroubleProps {
  readonly text: string
  dismiss(): void
}

export function Trouble({ text, dismiss }: TroubleProps) {
  return (
    <div className="trouble" role="alert">
      <Icon name="alert" />
      <span dir="auto">{text}</span>
      <button type="button" className="button" data-look="quiet" onClick={dismiss}>
        Dismiss
      </button>
    </div>
  )
}
