import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { createTestServer, expectProblem } from './testing/test-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-page-'))
const webRoot = join(directory, 'dist')
mkdirSync(join(webRoot, 'assets'), { recursive: true })
writeFileSync(join(directory, 'secret.txt'), 'secret')
writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>page</title>')
writeFileSync(join(webRoot, 'favicon.svg'), '<svg/>')
writeFileSync(join(webRoot, 'worker.js'), 'void 0')
writeFileSync(join(webRoot, '.hidden'), 'secret')
writeFileSync(join(webRoot, 'assets', 'index-abc.js'), 'export {}')
writeFileSync(join(webRoot, 'assets', 'zipped.js'), 'export const zipped = 1')
writeFileSync(join(webRoot, 'assets', 'zipped.js.gz'), gzipSync('export const zipped = 1'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('the page', () => {
  it('is served at every address of the application, is never cached, and may run only its own scripts', async () => {
    const { ask } = await createTestServer({ webRoot })
    for (const path of ['/', '/rooms', '/rooms/default', '/rooms/default/threads/t1', '/rooms/a.b/threads/c.js']) {
      const response = await ask(path)
      expect([response.status, await response.text()]).toEqual([200, '<!doctype html><title>page</title>'])
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'; ")
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('serves assets as immutable, with their type, and does not answer a missing one with the page', async () => {
    const { ask } = await createTestServer({ webRoot })
    const script = await ask('/assets/index-abc.js')
    expect(script.headers.get('content-type')).toContain('javascript')
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(await script.text()).toBe('export {}')
    expect((await ask('/favicon.svg')).headers.get('content-type')).toContain('image/svg+xml')
    await expectProblem(await ask('/assets/gone.js'), 404, 'not_found')
    await expectProblem(await ask('/gone.js'), 404, 'not_found')
    await expectProblem(await ask('/v1/gone'), 404, 'not_found')
  })

  it('serves the service worker from the root, for all of the application, and has it checked on each visit', async () => {
    const { ask } = await createTestServer({ webRoot })
    const worker = await ask('/worker.js')
    expect(worker.headers.get('content-type')).toContain('javascript')
    expect(worker.headers.get('cache-control')).toBe('no-cache')
    expect(worker.headers.get('content-security-policy')).toContain("default-src 'self'")
  })

  it('answers an unknown address with the page for a browser, and a problem for a program', async () => {
    const { ask } = await createTestServer({ webRoot })
    const person = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }
    for (const path of ['/elsewhere', '/elsewhere/and/further', '/rooms-of-old']) {
      const response = await ask(path, undefined, person)
      expect([response.status, await response.text()]).toEqual([404, '<!doctype html><title>page</title>'])
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'; ")
      await expectProblem(await ask(path), 404, 'not_found')
    }
    for (const path of ['/v1', '/v1/gone', '/assets/gone.js']) {
      await expectProblem(await ask(path, undefined, person), 404, 'not_found')
    }
    await expectProblem(await ask('/elsewhere', {}, { ...person, method: 'POST' }), 404, 'not_found')
  })

  it('sends the precompressed file to clients that accept it, and the file itself to others', async () => {
    const { ask } = await createTestServer({ webRoot })
    const zipped = await ask('/assets/zipped.js', undefined, { headers: { 'accept-encoding': 'br, gzip' } })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(zipped.headers.get('content-type')).toContain('javascript')
    expect(zipped.headers.get('vary')).toBe('Accept-Encoding')
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe('export const zipped = 1')
    const plain = await ask('/assets/zipped.js')
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'export const zipped = 1'])
  })

  it('serves nothing from outside its directory', async () => {
    const { ask } = await createTestServer({ webRoot })
    const hostile = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/assets//etc/passwd',
      '/.hidden',
      '/assets/%00',
    ]
    for (const path of hostile) {
      const response = await ask(path)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).not.toContain('secret"')
    }
  })
})
