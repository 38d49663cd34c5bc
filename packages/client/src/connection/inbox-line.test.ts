import { describe, expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { A, readInbox, settled, setUp } from './testing/read-through.ts'

const until = vi.waitFor

describe('the inbox', () => {
  it('that is refused is refused alone: the logs are read without it', async () => {
    const { script, transport, bodies } = setUp()
    script.addThread(A)
    script.next('openFeed', { type: 'fault', fault: problem('cursor_ahead') })
    const inbox = readInbox(transport, '0')
    const a = read(transport, A, 0)
    expect(faultOf(await inbox.done)).toMatchObject({ problem: { code: 'cursor_ahead' } })
    await until(() => expect(a.notes).toEqual(['open', 'caught-up']))
    expect(bodies().map(({ inbox: from }) => from)).toEqual(['0', undefined])
  })

  it('is told once by two connections of which one takes over, also if the new one fails', async () => {
    const { script, clock, transport } = setUp()
    const entry = (runId: string) => script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId })
    script.addThread(A)
    const inbox = readInbox(transport, '0')
    await until(() => expect(inbox.notes).toEqual(['open']))
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const release = script.hold('openFeed')
    script.next('openFeed', { type: 'fault', fault: { type: 'network' } })
    clock.advance(1_000)
    entry('one')
    expect(inbox.said()).toEqual([])
    release()
    await until(() => expect(inbox.said()).toEqual(['one']))
    const again = script.hold('openFeed')
    clock.advance(2_000)
    entry('two')
    expect(inbox.said()).toEqual(['one'])
    again()
    await until(() => expect(inbox.said()).toEqual(['one', 'two']))
    entry('three')
    await settled()
    expect(inbox.said()).toEqual(['one', 'two', 'three'])
  })

  it('has room for further readers: who asked for the overview while it was open hears what came since', async () => {
    const { script, transport, asked } = setUp()
    const entry = (runId: string) => script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId })
    const first = readInbox(transport, '0')
    await until(() => expect(first.notes).toEqual(['open']))
    entry('one')
    const late = script.holdAnswer('inbox')
    const asking = transport.ask('inbox', [])
    await settled()
    entry('two')
    late()
    const { cursor } = await asking
    const second = readInbox(transport, cursor)
    await until(() => expect(second.said()).toEqual(['two']))
    entry('three')
    expect([first.said(), second.said()]).toEqual([
      ['one', 'two', 'three'],
      ['two', 'three'],
    ])
    const stranger = readInbox(transport, 'made up')
    expect(faultOf(await stranger.done)).toMatchObject({ problem: { code: 'cursor_gone' } })
    second.stop.abort()
    await settled()
    entry('four')
    const back = readInbox(transport, '3')
    await until(() => expect(back.said()).toEqual(['four']))
    expect(asked('openFeed')).toBe(1)
  })
})
