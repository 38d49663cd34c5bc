/** The menu of a line, loaded when it is first wanted; its button stands there until it is here. */
import { IconButton } from '../design/button.tsx'

/** What every menu of a line is given. */
export interface MenuOwn {
  readonly label: string
  rename(): void
  /** Lets go of it where it does not come. */
  close(): void
}

export function MenuOnItsWay({ label }: Pick<MenuOwn, 'label'>) {
  return <IconButton icon="more" label={label} className="row-more" />
}
