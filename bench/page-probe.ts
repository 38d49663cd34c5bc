/**
 * What a page reports about itself, injected into the browser before anything of the page runs (`installProbe` becomes
 * text, so it refers to nothing outside).
 *
 * A moment counts as painted one message after the callbacks of a frame: what those drew is on screen by then.
 */

export interface Probe {
  /** React's commits so far. */
  commits: number
  frames: number
  /** Calls back when this has been painted. */
  painted(then: () => void): void
  /** Milliseconds since the page started, once a line with this text is painted inside the conversation. */
  seen(words: string): Promise<number>
  /** Milliseconds of each of this many frames while an element scrolls by this many px per frame. */
  scroll(selector: string, frames: number, by: number): Promise<number[]>
  /** Milliseconds from each input event to its paint, filled during typing. */
  readonly typed: number[]
}

declare global {
  interface Window {
    probe: Probe
    __REACT_DEVTOOLS_GLOBAL_HOOK__: unknown
  }
}

export function installProbe(): void {
  function painted(then: () => void): void {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => then()
      port2.postMessage(undefined)
    })
  }
  const probe: Probe = {
    commits: 0,
    frames: 0,
    painted,
    typed: [],
    seen: (words) =>
      new Promise((resolve) => {
        function look(): void {
          const box = document.querySelector('[aria-label="Conversation"]')
          const lines = box ? [...box.querySelectorAll('[data-line]')] : []
          const line = lines.findLast((each) => each.textContent?.includes(words))
          const window = box?.getBoundingClientRect()
          const place = line?.getBoundingClientRect()
          if (window && place && place.bottom > window.top && place.bottom <= window.bottom + 1) {
            painted(() => resolve(performance.now()))
          } else requestAnimationFrame(look)
        }
        look()
      }),
    scroll: (selector, frames, by) =>
      new Promise((resolve) => {
        const box = document.querySelector(selector)
        const spent: number[] = []
        let before = performance.now()
        function step(): void {
          const now = performance.now()
          spent.push(now - before)
          before = now
          box?.scrollBy(0, by)
          if (spent.length < frames) requestAnimationFrame(step)
          else resolve(spent.slice(1))
        }
        requestAnimationFrame(step)
      }),
  }
  window.probe = probe
  // React reports every commit to the hook that it finds at its start.
  window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    renderers: new Map(),
    inject: () => 1,
    onCommitFiberRoot: () => {
      probe.commits += 1
    },
    onPostCommitFiberRoot: () => {},
    onCommitFiberUnmount: () => {},
  }
  function count(): void {
    probe.frames += 1
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  window.addEventListener(
    'input',
    ({ timeStamp }) => painted(() => probe.typed.push(performance.now() - timeStamp)),
    true,
  )
}
