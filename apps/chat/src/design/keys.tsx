/** Keys as this machine's keyboard calls them. */
const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** Of a chord such as `mod+k`; `mod` is ⌘ on Apple's machines and Ctrl elsewhere. */
export function Keys({ chord }: { readonly chord: string }) {
  return (
    <span className="inline-flex gap-1">
      {chord.split('+').map((key) => (
        <kbd key={key} className="key">
          {nameOf(key)}
        </kbd>
      ))}
    </span>
  )
}

function nameOf(key: string): string {
  switch (key) {
    case 'mod':
      return APPLE ? '⌘' : 'Ctrl'
    case 'shift':
      return APPLE ? '⇧' : 'Shift'
    case 'alt':
      return APPLE ? '⌥' : 'Alt'
    case 'enter':
      return 'Enter'
    case 'esc':
      return 'Esc'
    default:
      return key.toUpperCase()
  }
}

/** Whether this is the chord `mod+key`, and nothing more. */
export function isChord(event: KeyboardEvent, key: string): boolean {
  return (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key
}
