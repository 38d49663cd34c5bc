import { expect, it } from 'vitest'
import { openWebSink } from './web-sink.ts'

it('G10 is idle while empty, full beyond its limit, and reports when it has room again', async () => {
  const { sink, response } = openWebSink(10)
  let drains = 0
  sink.onDrain(() => drains++)
  expect(sink.idle()).toBe(true)
  expect(sink.write(new Uint8Array(9))).toBe(true)
  expect(sink.idle()).toBe(false)
  expect(sink.write(new Uint8Array(2))).toBe(false)
  const reader = response.body?.getReader()
  const before = drains
  await reader?.read()
  await reader?.read()
  expect(drains).toBeGreaterThan(before)
  expect(sink.idle()).toBe(true)
  await reader?.cancel()
  expect(sink.write(new Uint8Array(1))).toBe(true)
})
