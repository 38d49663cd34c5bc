import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from './logger.ts'
import { createScrub, secretsIn } from './secrets.ts'

function open(more: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', form: 'json', write: (line) => lines.push(line), ...more })
  return { lines, logger }
}

const ids = { roomId: 'r', threadId: 't', runId: 'x' }

describe('the log', () => {
  it('is one JSON object per line, with time, level, sentence and address', () => {
    const { lines, logger } = open()
    logger.warn({ ...ids, code: 'storage_full' }, 'The store\ncould not append.')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      ...ids,
      code: 'storage_full',
      msg: 'The store\ncould not append.',
    })
  })

  it('is one plain line for a person, which no value can break or colour', () => {
    const { lines, logger } = open({ form: 'plain' })
    logger.warn({ ...ids, code: 'x\u001b[31m' }, 'Lost\nthe lease.')
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}Lost\\nthe lease\. \(r\/t\/x\) code=x\\u001b\[31m\n$/)
    logger.error({ err: new Error('why') }, 'It failed.')
    expect(lines[1]).toMatch(/^\S+ error It failed\.\n {2}Error: why\n {4}.*at /)
  })

  it('is silent below its level', () => {
    const { lines, logger } = open({ level: 'warn' })
    logger.info('no')
    logger.debug('no')
    expect(lines).toEqual([])
    const silent = open({ level: 'silent' })
    silent.logger.fatal('no')
    expect(silent.lines).toEqual([])
  })
})

describe('no secret passes', () => {
  const KEY = 'sk-live-Abc_123-xyz'
  const TOKEN = 'eyJhbGciOi.eyJzdWIi.sig-na_ture'
  it.each([
    ['a header', { headers: { Authorization: `Bearer ${TOKEN}` } }, TOKEN],
    ['a header of another case, in a text', { text: `authorization: Basic dXNlcjpwYXNz` }, 'dXNlcjpwYXNz'],
    ['a cookie', { headers: { cookie: 'sid=abcdef123' } }, 'abcdef123'],
    ['an API key', { apiKey: KEY }, KEY],
    ['an API key in an object in a string', { body: JSON.stringify({ api_key: 'plain-value' }) }, 'plain-value'],
    ['a provider’s key in its answer', { answer: `Incorrect API key provided: ${KEY}.` }, KEY],
    ['credentials in a URL', { url: 'https://me:s3cr3t@models.example/v1' }, 's3cr3t'],
    ['a key in a URL', { url: 'https://models.example/v1?key=AIzaXyz&x=1' }, 'AIzaXyz'],
    ['what an error says', { err: new Error(`cannot reach https://u:hunter22@h/ with Bearer ${TOKEN}`) }, 'hunter22'],
    ['a token by itself', { text: `it said ${TOKEN}, twice` }, 'sig-na_ture'],
    ['a token behind words', { text: `no.such.file-${TOKEN}` }, 'eyJzdWIi'],
    ['a token in parts of a path', { text: `/a.b/x.${TOKEN}.y` }, 'eyJzdWIi'],
    ['a token whose signature is missing', { text: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.' }, 'eyJzdWIi'],
    ['a token on a line of its own', { text: `it said:\n${TOKEN}` }, 'eyJzdWIi'],
    ['a key on a line of its own', { text: `it said:\n${KEY}` }, KEY],
    ['a header on a line of its own', { text: 'it said:\r\nAuthorization: Token abcdef123' }, 'abcdef123'],
    ['a bearer on a line of its own', { text: 'it said:\n\tBearer abcdef123' }, 'abcdef123'],
    ['a URL on a line of its own', { text: 'it said:\nhttps://me:s3cr3t@models.example' }, 's3cr3t'],
  ])('%s', (_, fields, secret) => {
    for (const form of ['json', 'plain'] as const) {
      const { lines, logger } = open({ form })
      logger.error(fields, 'It failed.')
      expect(lines[0]).not.toContain(secret)
      expect(lines[0]).toContain('[redacted]')
      if (form === 'json') expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
    }
  })

  it('S002-45 whatever its form, if the environment names it', () => {
    const env = { OPENAI_API_KEY: 'it is "quoted"', DATABASE_URL: 'postgres://u:p%40ssword@h/d', HOME: '/home/me' }
    const secrets = secretsIn(env)
    expect(secrets).toEqual(['it is "quoted"', 'p%40ssword', 'p@ssword'])
    const { lines, logger } = open({ secrets })
    logger.info({ a: env.OPENAI_API_KEY, home: env.HOME }, `tried p@ssword`)
    expect(lines[0]).not.toMatch(/quoted|ssword/)
    expect(lines[0]).toContain('/home/me')
  })

  it('each value of a variable that holds several headers', () => {
    const headers = { 'x-custom': 'plain-words-1', other: 'plain-words-2' }
    const secrets = secretsIn({ OPENAI_HEADERS: JSON.stringify(headers), BROKEN_HEADERS: '{"a":' })
    const { lines, logger } = open({ secrets })
    logger.info({ a: 'plain-words-1' }, 'sent plain-words-2')
    expect(lines[0]).not.toContain('plain-words')
  })

  it('at any place of any line, and the line stays JSON', () => {
    const hidden = fc.stringMatching(/^[A-Za-z0-9._!"\\-]{6,30}$/)
    fc.assert(
      fc.property(hidden, fc.string(), fc.string(), (secret, before, after) => {
        const { lines, logger } = open({ secrets: [secret] })
        fc.pre(!'"level":"info","time":"msg":"[redacted]deep"'.includes(secret) && !/^[\d.:TZ-]+$/.test(secret))
        logger.info({ deep: { deeper: [`${before}${secret}${after}`] } }, `${after}${secret}`)
        const line = JSON.parse(lines[0] ?? '') as { msg: string; deep: unknown }
        expect(line.msg).not.toContain(secret)
        expect(JSON.stringify(line.deep)).not.toContain(JSON.stringify(secret).slice(1, -1))
      }),
    )
  })

  it.each([
    'eyJhbGciOiJub25lIn0 by itself',
    'file.name.of.a-module.ts',
    '127.0.0.1:4400 v1.2.3 … a.b..c',
    'https://models.example:8000/v1/@scope/name',
  ])('and %s is none', (text) => expect(createScrub()(text)).toBe(text))

  it('and other text is unchanged', () => {
    const text = 'A run of the agent “model” failed: rate_limited (https://models.example/v1), key 3 of 4.'
    expect(createScrub()(text)).toBe(text)
  })
})
