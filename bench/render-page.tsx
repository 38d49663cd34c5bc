/** The page in which the renderers are measured: one at a time, in production React, driven by `window.bench`. */
import { memo, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import ReactMarkdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Streamdown } from 'streamdown'
import { MarkdownBlocks } from '../apps/chat/src/markdown/blocks.tsx'
import { answer } from './render-text.ts'

const PLUGINS = [remarkGfm]

const RENDERERS = {
  plain: (text: string): ReactNode => <p>{text}</p>,
  ours: (text: string): ReactNode => <MarkdownBlocks text={text} streaming />,
  streamdown: (text: string): ReactNode => <Streamdown>{text}</Streamdown>,
  'react-markdown': (text: string): ReactNode => <ReactMarkdown remarkPlugins={PLUGINS}>{text}</ReactMarkdown>,
}

export type Renderer = keyof typeof RENDERERS

export interface RenderBench {
  /** Milliseconds of each synchronous commit; `step` characters come with each. */
  commits(renderer: Renderer, step: number): Promise<number[]>
  /** One commit a frame, `step` characters each; resolves when the page has been quiet for a while. */
  frames(renderer: Renderer, step: number): Promise<void>
  /** What the page shows in the end. */
  shown(): string
}

declare global {
  interface Window {
    readonly bench: RenderBench
  }
}

const Host = memo(function Host({ children }: { readonly children: ReactNode }) {
  return <div>{children}</div>
})

const page = document.createElement('div')
document.body.append(page)

/** Chromium counts as script what runs in the callback itself, not the continuation of an awaited promise. */
const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()))

async function withRoot<T>(work: (show: (node: ReactNode) => void) => Promise<T>): Promise<T> {
  const root = createRoot(page)
  try {
    return await work((node) => flushSync(() => root.render(<Host>{node}</Host>)))
  } finally {
    root.unmount()
  }
}

const bench: RenderBench = {
  commits: (renderer, step) =>
    withRoot(async (show) => {
      const spent: number[] = []
      for (let length = step; length <= answer.length; length += step) {
        const node = RENDERERS[renderer](answer.slice(0, length))
        const start = performance.now()
        show(node)
        spent.push(performance.now() - start)
        // What a renderer puts off is done between the commits, not heaped up.
        if (spent.length % 50 === 0) await nextFrame()
      }
      return spent
    }),
  frames: (renderer, step) =>
    withRoot(async (show) => {
      await new Promise<void>((resolve) => {
        const commit = (length: number) => {
          show(RENDERERS[renderer](answer.slice(0, length)))
          if (length >= answer.length) resolve()
          else requestAnimationFrame(() => commit(length + step))
        }
        requestAnimationFrame(() => commit(step))
      })
      for (let quiet = 0; quiet < 30; quiet += 1) await nextFrame()
    }),
  shown: () => page.innerHTML,
}

Object.assign(window, { bench })
