/** A 20 kB answer such as a model gives: ten sections of 2 kB with the same mix, so that early and late commits compare. */

const SENTENCES = [
  'A run goes on whether or not anybody looks at it, and **nothing is shown** before it is stored.',
  'The log is the only truth; `fold` turns it into a view, and the view is thrown away without regret.',
  'A late reader continues from the cursor on, see [the protocol](https://example.org/protocol "wire").',
  'Two readers never see different orders, *even if* one of them slept through half of the answer.',
]

const SECTION_LENGTH = 2_000
export const SECTIONS = 10

function section(number: number): string {
  const prose = (from: number) => [0, 1, 2].map((step) => SENTENCES[(from + step) % SENTENCES.length]).join(' ')
  const text = [
    `## ${number}. What happens in step ${number}`,
    prose(number),
    [
      '- Start the run',
      '- Look away, then:',
      '  - close the tab',
      '  - open it **again**',
      '- Read `seq` and go on',
    ].join('\n'),
    prose(number + 1),
    [
      '```ts',
      `export function step${number}(events: readonly Envelope[]): number {`,
      '  let seq = 0',
      '  for (const event of events) {',
      "    if (event.type === 'TEXT_MESSAGE_CONTENT') seq = Math.max(seq, event.seq)",
      '  }',
      '  return seq',
      '}',
      '```',
    ].join('\n'),
    ['| what | ends the run |', '|---|:-:|', '| closing the tab | no |', '| Stop | **yes** |', '| a crash | no |'].join(
      '\n',
    ),
    `> ${SENTENCES[number % SENTENCES.length]}`,
    prose(number + 2),
  ].join('\n\n')
  const filler = ' and so it goes on'.repeat(Math.ceil(SECTION_LENGTH / 18))
  return `${text}${filler.slice(0, Math.max(0, SECTION_LENGTH - text.length - 3))}.\n\n`
}

/** Exactly `SECTIONS` times 2,000 characters. */
export const answer = Array.from({ length: SECTIONS }, (_, index) => section(index + 1)).join('')
