/** The menu of a row, loaded when first needed; its button is a placeholder until then. */
import { IconButton } from '../design/button.tsx'

/** What every menu of a line is given. */
export interface MenuOwn {
  readonly label: string
  rename(): void
  /** Dismisses it if it fails to load. */
  close(): void
}

export function MenuOnItsWay({ label }: Pick<MenuOwn, 'label'>) {
  return <IconButton icon="more" label={label} className="row-more" />
}
