import { describe, expect, it } from 'vitest'
import { McpConfigError, readMcpFile, secretsOf } from './config.ts'

/** Written so because the check takes `${…}` in a plain text for a mistake. */
const of = (name: string) => `$\{${name}}`
const read = (mcpServers: unknown, env: Record<string, string> = {}) => readMcpFile(JSON.stringify({ mcpServers }), env)

describe('readMcpFile', () => {
  it('reads what other MCP clients read, and ignores what only they know', () => {
    expect(
      read({
        files: {
          command: 'npx',
          args: ['-y', 'mcp-server-filesystem', '.'],
          env: { A: 'b' },
          cwd: '/tmp',
          autoApprove: [],
        },
        'My Server': { type: 'stdio', command: 'x' },
        web: { type: 'http', url: 'http://127.0.0.1:9/mcp', headers: { authorization: 'Bearer x' }, timeoutMs: 5 },
        off: { command: 'x', disabled: true },
      }),
    ).toEqual({
      files: { command: 'npx', args: ['-y', 'mcp-server-filesystem', '.'], env: { A: 'b' }, cwd: '/tmp' },
      'My Server': { command: 'x' },
      web: { url: 'http://127.0.0.1:9/mcp', headers: { authorization: 'Bearer x' }, timeoutMs: 5 },
    })
  })

  it('takes variables from the environment, so that the file needs no secrets', () => {
    const servers = read(
      {
        a: {
          command: `${of('BIN')}/x`,
          args: [of('env:NAME'), of('NONE:-else'), '$NAME'],
          env: { KEY: `k-${of('NAME')}` },
        },
      },
      { BIN: '/bin', NAME: 'n' },
    )
    expect(servers).toEqual({ a: { command: '/bin/x', args: ['n', 'else', '$NAME'], env: { KEY: 'k-n' } } })
  })

  it.each<[unknown, string]>([
    [[], 'mcpServers is not an object of MCP servers'],
    [undefined, 'mcpServers is not an object of MCP servers'],
    [{ a: 5 }, 'the server "a" is not an object'],
    [{ a: {} }, 'the server "a" has neither a command nor a url'],
    [{ a: { command: 'x', url: 'http://x' } }, 'the server "a" has both a command and a url; keep one of them'],
    [{ a: { command: '' } }, 'the server "a" cannot be used: command is empty'],
    [{ a: { command: 'x', args: 'y' } }, 'the server "a" cannot be used: args is not a list of texts'],
    [{ a: { command: 'x', env: { A: 1 } } }, 'the server "a" cannot be used: '],
    [{ a: { command: 'x', timeoutMs: 0 } }, 'the server "a" cannot be used: '],
    [{ a: { command: 'x', type: 'http' } }, 'the server "a" has the type "http", which does not go with its command'],
    [{ a: { url: 'http://x', type: 'sse' } }, 'the server "a" has the type "sse", which MCP has replaced'],
    [{ a: { url: 'ftp://x' } }, 'the server "a" has a url that is not an http or https address'],
    [{ a: { url: 'http://u:p@x' } }, 'the server "a" has a user name or password in its url; use headers'],
    [{ 'a/b': { command: 'x' } }, 'the server "a/b" needs a name of at most 64'],
    [{ ['x'.repeat(65)]: { command: 'x' } }, 'needs a name of at most 64'],
    [{ a: { command: of('NOT_THERE') } }, 'it names the variable NOT_THERE, which is not set'],
  ])('%j is one sentence', (mcpServers, why) => {
    const read = () => readMcpFile(JSON.stringify({ mcpServers }), {})
    expect(read).toThrow(McpConfigError)
    expect(read).toThrow(why)
  })

  it('a file that is not JSON, or something else', () => {
    expect(() => readMcpFile('{', {})).toThrow('it is not JSON')
    expect(() => readMcpFile('[]', {})).toThrow('it is not an object with mcpServers')
  })
})

it('every value of env and headers is a secret, and so is a token after its scheme', () => {
  expect(secretsOf({ command: 'x', env: { A: 'long-enough', B: 'short' } })).toEqual(['long-enough', 'long-enough'])
  expect(secretsOf({ url: 'http://x', headers: { authorization: 'Bearer abcdefg' } })).toContain('abcdefg')
})
