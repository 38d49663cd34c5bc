import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toEqual({
      modelDefaults: {},
      host: '127.0.0.1',
      port: 4400,
      dataDirectory: '.holdfast',
      logLevel: 'info',
      strict: false,
      isolate: true,
      privateWebhooks: false,
      warnings: [],
    })
    expect(readConfig({ PORT: '', HOST: '', HOLDFAST_ORIGIN: '', DATABASE_URL: '' })).toEqual(readConfig({}))
  })

  it('uses what is set', () => {
    const env = {
      PORT: '0',
      HOST: '::1',
      HOLDFAST_DATA: '/data',
      HOLDFAST_LOG: 'warn',
      HOLDFAST_RETENTION: '30d',
      NODE_ENV: 'development',
      HOLDFAST_AUTH: 'none',
      HOLDFAST_ORIGIN: 'https://chat.example/',
      OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
      OPENAI_MODEL: 'm',
      OPENAI_API_KEY: 'k',
      OPENAI_SYSTEM: 'Be brief.',
      OPENAI_TITLE_MODEL: 'small',
      OPENAI_HEADERS: '{"api-key":"k-2","X-Title":"Chat"}',
      OPENAI_FIRST_BYTE_MS: '240000',
      AGUI_URL: 'http://127.0.0.1:9000/agent',
      HOLDFAST_CONFIG: './holdfast.config.ts',
      HOLDFAST_ISOLATE: 'off',
      HOLDFAST_MCP: './mcp.json',
      HOLDFAST_PUSH_SERVICES: 'https://push.example',
      HOLDFAST_PRIVATE_WEBHOOKS: 'on',
    }
    const model = {
      baseUrl: 'http://127.0.0.1:11434/v1',
      model: 'm',
      apiKey: 'k',
      system: 'Be brief.',
      titleModel: 'small',
      headers: { 'api-key': 'k-2', 'X-Title': 'Chat' },
      firstByteMs: 240_000,
    }
    expect(readConfig(env)).toEqual({
      host: '::1',
      port: 0,
      dataDirectory: '/data',
      logLevel: 'warn',
      retentionMs: 30 * 86_400_000,
      strict: true,
      publicOrigin: 'https://chat.example',
      model,
      modelDefaults: model,
      remoteUrl: 'http://127.0.0.1:9000/agent',
      module: './holdfast.config.ts',
      isolate: false,
      mcpFile: './mcp.json',
      pushServices: ['https://push.example'],
      privateWebhooks: true,
      warnings: [],
    })
  })

  it('names every invalid variable in a sentence', () => {
    const bad: Record<string, string[]> = {
      PORT: ['x', '-1', '65536', '80.5', ' 80'],
      HOST: ['0.0.0.0', '::', '192.168.1.5', 'my-machine', '127.evil.example'],
      HOLDFAST_AUTH: ['jwt', 'header', 'NONE'],
      HOLDFAST_ISOLATE: ['no', '1'],
      HOLDFAST_ORIGIN: ['chat.example', 'ftp://chat.example'],
      OPENAI_BASE_URL: ['nonsense', 'file:///etc/passwd', 'https://me:secret@api.example/v1'],
      OPENAI_HEADERS: [
        'api-key: secret',
        '["secret"]',
        '"secret"',
        'null',
        '{"a b":"secret"}',
        '{"host":"secret"}',
        '{"x":5}',
        '{"x":"secret\\n"}',
      ],
      OPENAI_FIRST_BYTE_MS: ['soon', '0', '-1', '1.5', '300001', 'Infinity'],
      AGUI_URL: ['nonsense', 'file:///etc/passwd', 'http://me:secret@127.0.0.1/'],
      DATABASE_URL: ['postgres://localhost/x'],
    }
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        expect(() => readConfig({ [name]: value }), `${name}=${value}`).toThrow(ConfigError)
        expect(() => readConfig({ [name]: value }), `${name}=${value}`).toThrow(new RegExp(`${name}\\b.*\\.$`))
      }
    }
  })

  it('repeats no value of a header', () => {
    for (const value of ['{"api-key":"hush\\n"}', '{"host":"hush"}', '{"api-key":"hush"', 'api-key=hush'])
      expect(() => readConfig({ OPENAI_HEADERS: value })).toThrow(/^(?!.*hush)OPENAI_HEADERS must be a JSON object/)
  })

  it('reports all invalid variables at once', () => {
    expect(() => readConfig({ PORT: 'x', HOLDFAST_AUTH: 'jwt' })).toThrow(/PORT.*\n.*HOLDFAST_AUTH/)
  })

  it('warns about settings without effect', () => {
    expect(readConfig({ REDIS_URL: 'redis://x', OPENAI_MODEL: 'm' }).warnings).toHaveLength(2)
    expect(readConfig({ OPENAI_MODEL: 'm' }).model).toBeUndefined()
  })
})
