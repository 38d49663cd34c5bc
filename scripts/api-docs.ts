/** Writes docs/API.md, out of the routes of a server that never runs. */
import { writeFileSync } from 'node:fs'
import {
  apiPage,
  createApp,
  createCatalogue,
  createDemoAgent,
  createFeed,
  createInProcessBus,
  createInProcessPresence,
  createMemoryStore,
  documentOf,
} from '@holdfast/server'

const clock = { now: Date.now, schedule: () => () => {} }
const bus = createInProcessBus({ onListenerError() {} })
const store = createMemoryStore({ clock, publish: bus.publish })
const app = createApp({
  store,
  clock,
  feed: createFeed({ log: store.log, inbox: store.inbox, bus, clock, onFault() {} }),
  presence: createInProcessPresence({ clock }),
  agents: createCatalogue([createDemoAgent({ clock })], 'demo'),
  phase: () => 'ready',
  report() {},
  mintId: () => 'minted',
})
writeFileSync(new URL('../docs/API.md', import.meta.url), apiPage(documentOf(app)))
