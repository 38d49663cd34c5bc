/** A device whose rows tests can look at, and pages on it that share them. */
import type { ThreadKey, ThreadView } from '@holdfast/core'
import { createRunRegistry } from '../../registry/registry.ts'
import { createManualEnvironment } from '../../testing/manual-environment.ts'
import type { ScriptedTransport } from '../../testing/scripted-transport.ts'
import { createDeviceCache } from '../device-cache.ts'
import { createMemoryDevice, createMemoryRows } from '../memory-rows.ts'
import type { CacheRows, CacheTrouble } from '../port.ts'

const PERSON = 'local'

export function createDevice() {
  const memory = createMemoryDevice()
  const raw = createMemoryRows({ person: PERSON, device: memory })
  const calls: (keyof CacheRows)[] = []
  const noting =
    <A extends readonly unknown[], R>(name: keyof CacheRows, act: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(name)
      return act(...args)
    }
  const rows: CacheRows = {
    readThread: noting('readThread', raw.readThread),
    seqOf: noting('seqOf', raw.seqOf),
    writeThread: noting('writeThread', raw.writeThread),
    drop: noting('drop', raw.drop),
    readList: noting('readList', raw.readList),
    writeList: noting('writeList', raw.writeList),
    wipe: noting('wipe', raw.wipe),
    close: raw.close,
  }
  return {
    memory,
    /** Every call to the rows, in order. A test may put another function in the place of one. */
    rows,
    calls,
    row: async (key: ThreadKey) => (await raw.readThread(key, 0)) as ThreadView | undefined,
    put: (view: ThreadView) => raw.writeThread(view, 0),
  }
}

export type Device = ReturnType<typeof createDevice>

export function cacheOn(device: Device, environment = createManualEnvironment()) {
  const troubles: CacheTrouble[] = []
  const cache = createDeviceCache({
    open: async () => device.rows,
    person: PERSON,
    environment,
    fellBack: (trouble) => void troubles.push(trouble),
  })
  return { cache, environment, troubles }
}

let pages = 0

/** A page on this device. `kept`: what a tab keeps over a reload. Without a device it has no cache. */
export function openPage(transport: ScriptedTransport, device?: Device, kept = new Map<string, string>()) {
  pages += 1
  const environment = createManualEnvironment({ kept, ids: `page-${pages}-` })
  const { cache } = device ? cacheOn(device, environment) : { cache: undefined }
  const registry = createRunRegistry({ transport, environment, ...(cache && { cache }) })
  return { registry, environment, cache, kept }
}

/** Everything that is only waiting for promises has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}
