/**
 * The entry point: markdown, finished or still being written. The renderer is a part of its own, requested when a
 * thread is opened; until it is loaded, a message is plain text with the same line breaks.
 */
import { lazyPart } from './parts.ts'
import { usePart } from './use-part.ts'
import './markdown.css'

interface StreamingMarkdownProps {
  readonly text: string
  /** More text may follow: expensive rendering waits for the end of its block. */
  readonly streaming: boolean
}

const renderer = lazyPart(
  () => import('./blocks.tsx'),
  (module) => module.MarkdownBlocks,
)

/** A thread is about to be shown: its answers will want it. */
export function awaitMarkdown(): void {
  void renderer.part.load()
}

export function StreamingMarkdown({ text, streaming }: StreamingMarkdownProps) {
  const Blocks = usePart(renderer, true)
  return (
    <div className="md">
      {Blocks ? <Blocks text={text} streaming={streaming} /> : <p className="md-plain">{text}</p>}
    </div>
  )
}
