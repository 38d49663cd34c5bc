/** A button that goes with what it does leaves the focus to the conversation: the keyboard keeps its place. */
export function keepFocusNear(button: HTMLElement): void {
  button.closest<HTMLElement>('.scroll')?.focus({ preventScroll: true })
}
