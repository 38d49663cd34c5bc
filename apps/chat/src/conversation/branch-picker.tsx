/** Which of a message's versions is shown, and the way to the others. The focus goes along. */
import { IconButton } from '../design/button.tsx'
import type { Branch } from './branches.ts'

interface BranchPickerProps {
  readonly branch: Branch
  choose(messageId: string): void
}

export function BranchPicker({ branch: { ids, at }, choose }: BranchPickerProps) {
  function go(by: -1 | 1, from: HTMLElement): void {
    const id = ids[at + by]
    if (id === undefined) return
    const log = from.closest('[role="log"]')
    choose(id)
    requestAnimationFrame(() =>
      log?.querySelector<HTMLElement>(`[data-version="${CSS.escape(id)}"] [data-by="${by}"]`)?.focus(),
    )
  }
  const place = `${at + 1} of ${ids.length}`
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className="versions" role="group" aria-label={`Version ${place}`} data-version={ids[at]}>
      <IconButton
        icon="before"
        label={`Previous version; this is ${place}`}
        data-by={-1}
        aria-disabled={at === 0}
        onClick={(event) => go(-1, event.currentTarget)}
      />
      <span aria-hidden="true">
        {at + 1} / {ids.length}
      </span>
      <IconButton
        icon="after"
        label={`Next version; this is ${place}`}
        data-by={1}
        aria-disabled={at === ids.length - 1}
        onClick={(event) => go(1, event.currentTarget)}
      />
    </div>
  )
}
