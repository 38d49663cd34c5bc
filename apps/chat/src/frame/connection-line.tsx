/** The connection's own quiet line. */
import { useRegistry } from '@holdfast/react'
import { Button } from '../design/button.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import { type Connection, wordsOf } from './connection.ts'

const MARKS: Record<Connection['type'], IconName> = {
  fine: 'done',
  polls: 'queued',
  reconnecting: 'working',
  refused: 'alert',
  'signed-out': 'alert',
}

export function ConnectionLine({ connection }: { readonly connection: Connection }) {
  return (
    <div role="status">
      {connection.type !== 'fine' && (
        <p className="connection" data-state={connection.type}>
          <Icon name={MARKS[connection.type]} turning={connection.type === 'reconnecting'} />
          <span dir="auto">{wordsOf(connection).line}</span>
          {(connection.type === 'signed-out' || connection.type === 'refused') && <TryAgain />}
        </p>
      )}
    </div>
  )
}

/** Retries now. The page also retries by itself. */
export function TryAgain() {
  const registry = useRegistry()
  return (
    <Button look="quiet" onClick={() => registry.resume()}>
      Try again
    </Button>
  )
}
