/**
 * A component that is a part of its own: itself once loaded, a placeholder until then, and an error with a retry if it
 * fails to load or throws. Nothing around it is affected.
 */
import { Component, type ComponentType, type ReactNode, useEffect, useSyncExternalStore } from 'react'
import type { Part } from './part.ts'

export interface FailedProps {
  readonly error: unknown
  again(): void
  /** Closes the part that is missing, where that is possible. */
  close?(): void
}

interface ShownOptions<P> {
  /** Shown instead of a part that failed to load or threw. */
  readonly failed: ComponentType<FailedProps>
  readonly waiting?: (props: P) => ReactNode
}

export function shown<T, P extends object>(
  part: Part<T>,
  pick: (module: T) => ComponentType<P>,
  { failed: Failed, waiting }: ShownOptions<P>,
) {
  return function Shown(props: P) {
    const state = useSyncExternalStore(part.subscribe, part.state, part.state)
    useEffect(() => void part.load(), [])
    const { close } = props as { close?(): void }
    switch (state.type) {
      case 'here': {
        const Here = pick(state.value)
        return (
          <Guard failed={Failed} close={close}>
            <Here {...props} />
          </Guard>
        )
      }
      case 'failed':
        return <Failed error={state.error} again={() => void part.load()} {...(close && { close })} />
      case 'unasked':
      case 'loading':
        return waiting?.(props) ?? null
    }
  }
}

interface GuardState {
  readonly broke: { readonly error: unknown } | undefined
}

interface GuardProps {
  readonly failed: ComponentType<FailedProps>
  readonly close: (() => void) | undefined
  readonly children: ReactNode
}

class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = { broke: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { broke: { error } }
  }

  override render() {
    const { failed: Failed, close, children } = this.props
    const { broke } = this.state
    if (!broke) return children
    return <Failed error={broke.error} again={() => this.setState({ broke: undefined })} {...(close && { close })} />
  }
}
