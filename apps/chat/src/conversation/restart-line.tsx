/** Where a run went on after a crash: what it says twice is folded away, and kept. */
import { QuietLine } from './quiet-line.tsx'
import type { Restart } from './restarts.ts'

export function RestartLine({ restart: { text, continued = 0 } }: { readonly restart: Restart }) {
  return (
    <>
      {text !== undefined && (
        <details className="fold" data-look="bare">
          <summary>
            <span className="fold-name">Interrupted by a restart</span>
          </summary>
          <div className="fold-body" dir="auto">
            {text}
          </div>
        </details>
      )}
      {continued > 0 && (
        <QuietLine icon="retry">
          {continued === 1 ? 'Continued after a restart' : `Continued after ${continued} restarts`}
        </QuietLine>
      )}
    </>
  )
}
