/** One answer with everything in it that an answer can hold: for looking at how it is set. */
export const RICH = `## How a lease survives a crash

A lease is a promise with an end: *this worker writes this run until then*. It is kept in the store, so that it outlives its holder.[^1]

### The code

\`\`\`ts
// The number fences off a worker that returns too late.
export async function claim(store: Store, runId: string): Promise<Lease> {
  const { epoch, until } = await store.work.claim(runId, { forMs: 30_000 })
  return { runId, epoch, until: new Date(until) }
}
\`\`\`

A command, and a name inside a line: \`npm run check -- lint types\`.

\`\`\`sh
HOLDFAST_DATA=/somewhere/rather/far/away/from/everything/else OPENAI_BASE_URL=http://127.0.0.1:11434/v1 npm start
\`\`\`

### What happens when

| what dies | what the log says | what a person sees |
|---|---|---:|
| the page | nothing at all | the same words, later |
| the network | nothing at all | *Reconnecting… nothing you’ve seen is lost* |
| the server | \`failed{worker_lost}\` | **Failed**, with a Retry |

1. The worker says that it is alive, every ten seconds.
2. When it does not:
   - its lease runs out,
   - somebody else settles the run;
     - once, and only once.
3. Every reader sees it.

- [x] Durable before it is shown
- [ ] Proven on disks that lie

> Looking never owns. A reader that leaves takes nothing along.

The chance that two workers write at once is $p \\le e^{-\\lambda t}$, for a disk of $40 or $4,000, and over all \\(n\\) runs:

$$
P = 1 - \\prod_{i=1}^{n} \\left(1 - e^{-\\lambda t_i}\\right)
$$

As others write it, with \\(\\lambda = \\frac{1}{\\tau}\\) and one that nobody can draw, \\(\\nothing{\\):

\\[
t_{\\text{lost}} \\approx \\int_0^{\\infty} \\left(1 - F(s)\\right) ds
\\]

| who waits | for what | how long, in the best case | and in the worst case that was ever measured | what is done about it |
|---|---|---|---|---|
| a reader | the next word | one frame | four seconds, behind a proxy that buffers | it asks page by page instead of waiting for a stream |
| a worker | its lease | nothing | thirty seconds | another one settles the run |

More in [the protocol](https://example.org/protocol), ![a drawing of it](https://example.org/lease.png), and a word that is too long for any line: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikationsstandortverlegungskommission.

---

That is all.

[^1]: Unless the disk lies. Then nothing helps.
`
