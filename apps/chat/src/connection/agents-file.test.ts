/** The file that names the agents of a static build. */
import { describe, expect, it } from 'vitest'
import { readAgents } from './agents-file.ts'

const PAGE = 'https://files.example/chat/index.html'
const file = (content: unknown) => readAgents(JSON.stringify(content), PAGE)

describe('holdfast.json', () => {
  it('names agents by address, relative to the page or whole', () => {
    const agents = file({
      agents: [
        { url: '../run', headers: { 'X-Key': 'k' } },
        { agentId: 'b', title: 'B', description: 'b', url: 'http://127.0.0.1:9/b' },
      ],
    })
    expect(agents).toEqual([
      { agentId: 'agent', url: 'https://files.example/run', headers: { 'X-Key': 'k' } },
      { agentId: 'b', title: 'B', description: 'b', url: 'http://127.0.0.1:9/b' },
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ['no agent', { agents: [] }, /at least one/],
    ['no list', { agents: 'x' }, /at least one/],
    ['nothing', null, /at least one/],
    ['an agent without an address', { agents: [{}] }, /agents\.0\.url/],
    ['another protocol', { agents: [{ url: 'javascript:alert(1)' }] }, /agents\.0\.url/],
    ['a password in an address', { agents: [{ url: 'https://a:b@c.example' }] }, /agents\.0\.url/],
    ['an id with a slash', { agents: [{ agentId: 'a/b', url: '/run' }] }, /agents\.0\.agentId/],
    ['a title that is no text', { agents: [{ title: 1, url: '/run' }] }, /agents\.0\.title/],
    ['a header that is no text', { agents: [{ url: '/run', headers: { a: 1 } }] }, /agents\.0\.headers/],
    ['one id twice', { agents: [{ url: '/a' }, { url: '/b' }] }, /“agent” twice/],
  ])('says what is wrong with it: %s', (_, content, sentence) => {
    expect(() => file(content)).toThrow(sentence)
  })

  it('says that it is not JSON', () => {
    expect(() => readAgents('{', PAGE)).toThrow(/not valid JSON/)
  })
})
