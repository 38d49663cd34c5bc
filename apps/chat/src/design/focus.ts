/**
 * The focus is never lost: when the focused element is removed, the next sensible element gets it.
 *
 * Owns: where a layer (dialog, menu) returns the focus, and which element gets it from a removed one. Does not know:
 * what the elements are for.
 *
 * 1. A layer returns the focus to where it was before the layer opened; a layer opened from another one, to where it
 * was before that one.
 * 2. The focus of a removed element goes to its replacement, to its neighbour, or to the nearest element around it.
 * 3. Nothing else moves the focus: after a click on the background, no element has it.
 */
import { type RefCallback, useCallback, useState } from 'react'

const LAYER = '[role="dialog"], [role="menu"]'
const TABBABLE = 'a[href], button:enabled, input:enabled, textarea:enabled, select:enabled, summary, [tabindex="0"]'
/** Around these nothing is near any more. */
const PLACES = `main, aside, body, ${LAYER}`

const origins = new WeakMap<Element, Element>()

/** The ref of a dialog: remembers what had the focus when it opened. */
export function useFocusOrigin(): RefCallback<Element> {
  // While it is rendered first: once it is there it has the focus itself.
  const [origin] = useState(() => (isFocusNowhere() ? undefined : outOfLayers(document.activeElement)))
  return useCallback(
    (layer) => {
      if (layer && origin) origins.set(layer, origin)
    },
    [origin],
  )
}

/** The ref of a menu: it belongs to its button, which may have replaced the one that was pressed. */
export function rememberButton(menu: Element | null): void {
  const button = document.getElementById(menu?.getAttribute('aria-labelledby') ?? '')
  if (menu && button) origins.set(menu, button)
}

/** For a layer's `onCloseAutoFocus`, which runs after the click that closed it has moved or removed the focus. */
export function returnFocus(event: Event): void {
  event.preventDefault()
  if (event.target instanceof Element) giveFocusBack(origins.get(event.target))
}

/** The element itself; of one inside a layer, what had the focus before. */
function outOfLayers(element: Element | null): Element | undefined {
  const layer = element?.closest(LAYER)
  return layer ? origins.get(layer) : (element ?? undefined)
}

function isFocusNowhere(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body
}

/** Whether a focused field covers half of the screen with a keyboard. */
function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches
}

/** For a new field: takes the focus if no element, or only the page as a whole, has it. */
export function takeFocus(field: HTMLTextAreaElement): void {
  const free = isFocusNowhere() || document.activeElement?.matches('main')
  if (free && moveFocus(field)) field.setSelectionRange(field.value.length, field.value.length)
}

/** Focuses a field that was not clicked. Returns whether it has the focus now. */
export function moveFocus(field: Element | null | undefined): boolean {
  return !isTouch() && tryFocus(field)
}

/** Focuses the message box; one that is not mounted yet takes the focus when it is. */
export function focusField(): void {
  if (moveFocus(homeField())) return
  if (!isTouch() && document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

/**
 * Back to `origin` if it is still there; otherwise to where a person writes or reads. Not from who has it by now, unless that
 * is in `closing`, which is only hidden.
 */
export function giveFocusBack(origin: Element | null | undefined, closing?: Element | null): void {
  const free = isFocusNowhere() || closing?.contains(document.activeElement)
  if (free && !tryFocus(origin) && !moveFocus(homeField())) tryFocus(document.querySelector('main'))
}

function homeField(): Element | undefined {
  return [...document.querySelectorAll('[data-focus-home]')].find(isShown)
}

function tryFocus(element: Element | null | undefined): boolean {
  if (!(element instanceof HTMLElement) || !element.isConnected) return false
  element.focus({ preventScroll: true })
  return document.activeElement === element
}

/** Until the returned function is called. One for a page. */
export function keepFocus(): () => void {
  let last: Element | undefined
  const onFocusIn = ({ target }: FocusEvent) => {
    last = target instanceof Element ? target : undefined
  }
  // A browser may report this for an element that it is about to remove; the outcome is known a moment later.
  const onFocusOut = () =>
    queueMicrotask(() => {
      if (last?.isConnected && isFocusNowhere() && !last.closest(LAYER)) last = undefined
    })
  const observer = new MutationObserver((records) => {
    if (!last || last.isConnected || !isFocusNowhere()) return
    const lost = outOfLayers(last)
    last = undefined
    giveFocusBack(lost && !lost.isConnected ? nextTo(lost, records) : lost)
  })
  document.addEventListener('focusin', onFocusIn)
  document.addEventListener('focusout', onFocusOut)
  observer.observe(document.body, { childList: true, subtree: true })
  return () => {
    observer.disconnect()
    document.removeEventListener('focusin', onFocusIn)
    document.removeEventListener('focusout', onFocusOut)
  }
}

function nextTo(lost: Element, records: readonly MutationRecord[]): Element | undefined {
  const removal = records.findLast(
    ({ target, removedNodes }) => target.isConnected && [...removedNodes].some((node) => node.contains(lost)),
  )
  if (!removal) return undefined
  const instead = records.flatMap(({ target, addedNodes }) => (target === removal.target ? [...addedNodes] : []))
  for (const node of [...instead, removal.nextSibling, removal.previousSibling]) {
    const found = node instanceof Element && node.isConnected ? firstIn(node) : undefined
    if (found) return found
  }
  let around = removal.target instanceof Element ? removal.target : removal.target.parentElement
  for (; around && !around.matches(PLACES); around = around.parentElement) {
    const found = firstIn(around)
    if (found) return found
  }
  return undefined
}

function firstIn(element: Element): Element | undefined {
  return [...(element.matches(TABBABLE) ? [element] : []), ...element.querySelectorAll(TABBABLE)].find(isShown)
}

function isShown(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]')
}
