/**
 * Nodes to elements: a total table over markdown's node types. Owns what each looks like. Text and HTML become text
 * nodes; the only attributes taken from the text are checked addresses, numbers and flags. Does not know: blocks,
 * streaming.
 */
import type { Heading, Link, LinkReference, Nodes, Table, TableCell } from 'mdast'
import { createElement, Fragment, type ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'
import { isWhole } from './math-syntax.ts'
import { MathText } from './math-text.tsx'
import type { NoteCalls } from './notes.ts'
import type { Known } from './references.ts'
import { safeImage, safeLink } from './safe-url.ts'

export interface RenderContext {
  readonly known: Known
  readonly calls: NoteCalls
  /** At which level each heading is drawn. */
  readonly levels: ReadonlyMap<Heading, number>
  /** Prefixes the ids of one message's footnotes. */
  readonly prefix: string
  /** Whether the last block may still grow: expensive rendering waits for its end. */
  readonly open: boolean
  /** Inside a link nothing else leads anywhere. */
  readonly inLink?: boolean
}

const DEEPEST = 6
const REL = 'noopener noreferrer nofollow'

export function renderAll(nodes: readonly Nodes[], context: RenderContext): ReactNode {
  // Two nodes of one parent never change places.
  return nodes.map((node, index) => <Fragment key={String(index)}>{render(node, context)}</Fragment>)
}

export function render(node: Nodes, context: RenderContext): ReactNode {
  const children = () => ('children' in node ? renderAll(node.children, context) : null)
  switch (node.type) {
    case 'root':
      return children()
    case 'text':
      return node.value
    case 'html':
      return <span className="md-html">{node.value}</span>
    case 'paragraph':
      return <p dir="auto">{children()}</p>
    case 'heading':
      return createElement(`h${context.levels.get(node) ?? DEEPEST}`, { dir: 'auto' }, children())
    case 'thematicBreak':
      return <hr />
    case 'blockquote':
      return <blockquote dir="auto">{children()}</blockquote>
    case 'list': {
      const loose = node.spread || node.children.some(({ spread }) => spread)
      const items = node.children.map((item, index) => (
        <li key={String(index)} data-task={typeof item.checked === 'boolean' || undefined}>
          {typeof item.checked === 'boolean' && (
            <input type="checkbox" checked={item.checked} disabled aria-label={item.checked ? 'Done' : 'To do'} />
          )}
          {item.children.map((child, place) => (
            <Fragment key={String(place)}>
              {child.type === 'paragraph' && !loose ? renderAll(child.children, context) : render(child, context)}
            </Fragment>
          ))}
        </li>
      ))
      const start = typeof node.start === 'number' && node.start !== 1 ? node.start : undefined
      return node.ordered ? <ol start={start}>{items}</ol> : <ul>{items}</ul>
    }
    case 'listItem':
      return <li>{children()}</li>
    case 'code':
      return <CodeBlock code={node.value} language={node.lang ?? undefined} open={context.open} />
    case 'inlineCode':
      return <code dir="ltr">{node.value}</code>
    case 'math':
      return <MathText source={node.value} of="block" open={context.open && !isWhole(node)} />
    case 'inlineMath':
      return <MathText source={node.value} of="line" delimiters={node.data?.delimiters} open={false} />
    case 'emphasis':
      return <em>{children()}</em>
    case 'strong':
      return <strong>{children()}</strong>
    case 'delete':
      return <del>{children()}</del>
    case 'break':
      return (
        <>
          <br />
          {'\n'}
        </>
      )
    case 'link':
      return link(node.url, node.title, linkText(node, context))
    case 'linkReference': {
      const definition = context.known.links.get(node.identifier)
      if (definition === undefined) return ['[', <Fragment key="text">{children()}</Fragment>, ']']
      return link(definition.url, definition.title, linkText(node, context))
    }
    case 'image':
      return image(node.url, node.alt, context)
    case 'imageReference':
      return image(context.known.links.get(node.identifier)?.url ?? '', node.alt, context)
    case 'table':
      return table(node, context)
    case 'tableRow':
    case 'tableCell':
      return children()
    case 'footnoteReference': {
      const call = context.calls.get(node)
      if (call === undefined) return `[^${node.label ?? node.identifier}]`
      const { number, first } = call
      if (context.inLink) return <sup id={first ? `${context.prefix}call-${number}` : undefined}>{number}</sup>
      return (
        <sup>
          <a
            href={`#${context.prefix}note-${number}`}
            id={first ? `${context.prefix}call-${number}` : undefined}
            aria-label={`Footnote ${number}`}
          >
            {number}
          </a>
        </sup>
      )
    }
    // Shown where they are used.
    case 'definition':
    case 'footnoteDefinition':
    case 'yaml':
      return null
  }
}

function linkText(node: Link | LinkReference, context: RenderContext): ReactNode {
  return renderAll(node.children, { ...context, inLink: true })
}

function link(url: string, title: string | null | undefined, children: ReactNode): ReactNode {
  const href = safeLink(url)
  if (href === undefined) return <span className="md-refused">{children}</span>
  return (
    <a href={href} title={title ?? undefined} target="_blank" rel={REL} referrerPolicy="no-referrer">
      {children}
    </a>
  )
}

/** An image is fetched only on request, and outside this page: the page's policy allows no foreign images. */
function image(url: string, alt: string | null | undefined, { inLink }: RenderContext): ReactNode {
  const found = inLink ? undefined : safeImage(url)
  if (found === undefined) return <span className="md-refused">{alt || 'image'}</span>
  return (
    <a className="md-image" href={found.href} target="_blank" rel={REL} referrerPolicy="no-referrer" dir="auto">
      {alt && <span className="md-image-alt">{alt}</span>}
      <span>Show image from {found.host}</span>
    </a>
  )
}

function table({ children: [head, ...rows], align }: Table, context: RenderContext): ReactNode {
  const row = (Cell: 'th' | 'td', cells: readonly TableCell[]) =>
    (head?.children ?? []).map((_, column) => {
      const key = String(column)
      const cell = cells[column]
      const scope = Cell === 'th' ? 'col' : undefined
      return (
        <Cell key={key} scope={scope} data-align={align?.[column] ?? undefined} dir="auto">
          {cell && renderAll(cell.children, context)}
        </Cell>
      )
    })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="md-table" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>{row('th', head?.children ?? [])}</tr>
        </thead>
        {rows.length > 0 && (
          <tbody>
            {rows.map(({ children }, index) => (
              <tr key={String(index)}>{row('td', children)}</tr>
            ))}
          </tbody>
        )}
      </table>
    </section>
  )
}
