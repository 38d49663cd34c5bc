/** A thread of 5,000 messages and a short one on a server, for what is measured with them. */
import { isEnded, paths, type Run, type ThreadKey } from '@holdfast/core'

export const MESSAGES = 5_000
export const LONG: ThreadKey = { roomId: 'default', threadId: 'long' }
export const OTHER: ThreadKey = { roomId: 'default', threadId: 'other' }
/** The long thread ends with these words. */
export const LAST = 'the very last word'
/** A request may have one megabyte. */
const AT_ONCE = 1_000

export async function furnish(url: string): Promise<void> {
  for (let from = 0; from < MESSAGES; from += AT_ONCE) {
    const messages = Array.from({ length: AT_ONCE }, (_, n) => messageOf(from + n))
    // The demo's own answer is one more, and not counted.
    await ask(url, LONG, {
      messages,
      script: { tokens: 1, intervalMs: 0, prefix: from + AT_ONCE < MESSAGES ? 't' : LAST },
    })
    await quiet(url, LONG)
  }
  await ask(url, OTHER, {
    messages: [{ id: 'o', role: 'user', content: 'Other' }],
    script: { tokens: 3, intervalMs: 0 },
  })
  await quiet(url, OTHER)
}

function messageOf(n: number) {
  const said = Array.from({ length: 1 + (n % 4) }, (_, line) => `Message ${n} says something, in **its** line ${line}.`)
  const content = n === 0 ? 'Long' : said.join('\n\n')
  return { id: `m${n}`, role: n % 2 === 0 ? 'user' : 'assistant', content }
}

export async function ask(
  url: string,
  key: ThreadKey,
  { messages, script }: { readonly messages: readonly unknown[]; readonly script: object },
): Promise<void> {
  const response = await fetch(url + paths.runs(key), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runId: crypto.randomUUID(), agentId: 'demo', messages, forwardedProps: { script } }),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
}

async function quiet(url: string, key: ThreadKey): Promise<void> {
  for (;;) {
    const { runs } = (await (await fetch(url + paths.thread(key))).json()) as { readonly runs: readonly Run[] }
    if (runs.every(isEnded)) return
  }
}
