/**
 * What the demo agent says to a person: some thinking, a look-up, and markdown that quotes the question. The answer
 * depends only on the question, so the same question always gets the same answer.
 */

export interface Answer {
  readonly thinking: string
  readonly tool: { readonly name: string; readonly args: string; readonly result: string }
  readonly text: string
}

const OPENINGS = [
  'Let me take that apart, slowly enough that you can get bored and leave.',
  'Good question. I will write a fairly long answer on purpose: it is more fun to abandon.',
  'Here is what I can say about it. You do not have to wait here while I do.',
  'I looked it up, and there is a short answer and a long one. This is the long one.',
]

const BODIES = [
  `### Try to lose this answer

While these words arrive, do one of the following:

1. Open another thread, in this room or in another one, and ask something there too.
2. Reload the page in the middle of this sentence.
3. Close the tab, have a coffee, and come back by the address in your history.

Whatever you pick, **this run does not notice**. It belongs to the server, not to the page you were looking at. The page is only a reader, and a reader that leaves takes nothing along.

When you return, the page asks for everything after the last position it has seen. The log answers with exactly that: no word twice, no word missing, in the order in which it was written.`,
  `### Where these words live

Every few milliseconds the server takes what I have said so far, gives it a position in this thread's log and writes it to disk. Only *then* is it sent to anyone. So a word you can read is a word that is already safe.

| you do this | the run does this |
|---|---|
| switch to another thread | goes on |
| reload the page | goes on |
| lose the network | goes on, and catches you up |
| press **Stop** | stops, and keeps what is there |

The last line is the only one that ends anything. Looking away is not an instruction.`,
  `### What happens behind the curtain

The question was made durable before I was even asked. Then a worker took the run under a lease, and since then it has been writing down what I say:

\`\`\`ts
for await (const event of agent.run(input, context)) {
  recorder.record(event) // checked, coalesced, made into bytes once
}
\`\`\`

Nobody who is watching appears in that loop. There may be no reader at all, or twenty devices; the loop is the same. If the server itself is killed while I am in the middle of a sentence, everything that anyone has seen is still there after the restart, and the run is marked as failed with a button to try again.`,
  `### An experiment with two threads

Ask me something in a second thread now, without waiting for this one. Both answers are written at the same time, and neither can leak into the other: each event carries the room and the thread it belongs to, and a reader drops what it did not ask for.

- The list at the side shows which threads are still working.
- The one you are not looking at keeps filling up.
- When you switch back, you will find it further along, or finished.

If you are patient you can even open the same thread on a second device: it shows the same words at the same positions, because both are reading the same log.`,
]

const CLOSINGS = [
  'That is the whole trick: *looking never owns*. You may go now. I will finish this sentence either way.',
  'And if you did leave in the meantime: welcome back. Everything you missed is above this line.',
  'By the way, I am only a demonstration without a model behind me. Set `OPENAI_BASE_URL` and `OPENAI_MODEL`, and a real one answers here, kept alive in just the same way.',
  'If you would rather not hear the end of it, press **Stop**: the part that is already here stays.',
]

export function answerTo(question: string): Answer {
  const asked = question.trim() || 'an empty question'
  const die = hash(asked)
  const quote = shortened(asked, 400)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
  return {
    thinking:
      `The person asks: “${shortened(asked, 120).replace(/\s+/g, ' ')}”. ` +
      'I have no model to ask, so I should be honest about that, look something up to show what a tool call is like, ' +
      'and then explain what they can do while I am still writing.',
    tool: {
      name: 'look_up',
      args: JSON.stringify({ query: shortened(asked, 80).replace(/\s+/g, ' '), limit: 3 }),
      result: JSON.stringify({
        found: [
          { title: 'Looking never owns', kind: 'rule' },
          { title: 'Detach, cancel, close', kind: 'words' },
          { title: 'One order, no holes, never rewritten', kind: 'promise' },
        ],
      }),
    },
    text: [`You asked:\n\n${quote}`, pick(OPENINGS, die), pick(BODIES, die >>> 4), pick(CLOSINGS, die >>> 8)].join(
      '\n\n',
    ),
  }
}

function pick(from: readonly string[], die: number): string {
  return from[die % from.length] ?? ''
}

/** By code points, so that no character is split. */
function shortened(text: string, max: number): string {
  const characters = Array.from(text)
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  return sum >>> 0
}
