/** Deleting a thread from here and from elsewhere. */
import { expect, it } from 'vitest'
import { TransportError } from '../transport/error.ts'
import { A, B, C, look, OFFLINE, running, setUp, until } from './testing/looking.ts'

it('a thread that was deleted here is gone in the same tick, from the list too, and no late answer brings it back', async () => {
  const { registry, transport } = setUp()
  transport.addThread(A)
  transport.addThread(B)
  const list = registry.observeThreads('R1')
  list.subscribe(() => {})
  await until(() => expect(list.snapshot().items).toHaveLength(2))
  const view = look(registry, A)
  const late = transport.hold('threads')
  await registry.deleteThread(A)
  expect(view.state().content.type).toBe('gone')
  expect(list.snapshot().items).toMatchObject([B])
  late()
  await until(() => expect(transport.connections).toBe(0))
  expect(list.snapshot().items).toMatchObject([B])
})

it('one that cannot be deleted stays as it was, and so does what runs in it', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  const before = a.state()
  await expect(parts.registry.deleteThread(A)).rejects.toThrow(TransportError)
  parts.transport.next('deleteThread', OFFLINE)
  await expect(parts.registry.deleteThread(A, { force: true })).rejects.toThrow(TransportError)
  expect(a.state()).toBe(before)
  expect(parts.told('RunCompleted')).toEqual([])
})

it('an answer that was lost is no failure where the server shows what was asked for: renamed, archived, deleted', async () => {
  const { registry, transport } = setUp()
  transport.addThread(A)
  transport.addThread(B)
  transport.addRoom({ roomId: 'R1', title: 'One', agentId: 'demo' })
  const view = look(registry, A)
  await until(view.isLive)
  const lost = transport.always({ type: 'lost' }, ['changeThread', 'deleteThread', 'changeRoom', 'deleteRoom'])
  await registry.changeThread(A, { title: 'New name', archived: true })
  await registry.changeRoom('R1', { title: 'Uno' })
  await registry.deleteThread(A)
  expect(view.state().content.type).toBe('gone')
  await registry.deleteRoom('R1')
  lost()

  transport.addThread(C)
  transport.addRoom({ roomId: 'R2', title: 'Two', agentId: 'demo' })
  const unheard = transport.always(OFFLINE, ['changeThread', 'deleteThread', 'changeRoom', 'deleteRoom'])
  await expect(registry.changeThread(C, { title: 'New name' })).rejects.toThrow(TransportError)
  await expect(registry.changeRoom('R2', { title: 'Dos' })).rejects.toThrow(TransportError)
  await expect(registry.deleteThread(C)).rejects.toThrow(TransportError)
  await expect(registry.deleteRoom('R2')).rejects.toThrow(TransportError)
  unheard()
  const away = transport.always(OFFLINE)
  await expect(registry.deleteThread(C)).rejects.toThrow(TransportError)
  away()
  expect(transport.has(C)).toBe(true)
})

it('I1 by force ends its run first: told once, as cancelled', async () => {
  const parts = setUp()
  const a = await running(parts, A)
  await parts.registry.deleteThread(A, { force: true })
  expect(a.state()).toMatchObject({ content: { type: 'gone' }, activity: { type: 'idle' } })
  expect(parts.told('RunCompleted')).toMatchObject([{ runId: a.runId, outcome: { type: 'cancelled' } }])
  expect(parts.registry.activeKeys).toEqual([])
})

it('a room that was deleted here is gone with its threads in the same tick, and one that runs needs force', async () => {
  const parts = setUp()
  const { registry, transport } = parts
  transport.addRoom({ roomId: 'R1', title: 'One', agentId: 'demo' })
  const rooms = registry.observeRooms()
  rooms.subscribe(() => {})
  const names = () => rooms.snapshot().items?.map(({ roomId, title }) => `${roomId} ${title}`)
  await until(() => expect(names()).toEqual(['default Default', 'R1 One']))
  const [a, c] = [await running(parts, A), await running(parts, C)]

  const late = transport.hold('rooms')
  await registry.changeRoom('R1', { title: 'Uno' })
  expect(names()).toEqual(['default Default', 'R1 Uno'])
  await expect(registry.deleteRoom('R1')).rejects.toThrow('run_active')
  expect(a.state().activity.type).toBe('active')
  await registry.deleteRoom('R1', { force: true })
  expect(names()).toEqual(['default Default'])
  expect(a.state()).toMatchObject({ content: { type: 'gone' }, activity: { type: 'idle' } })
  expect(c.state().activity).toEqual({ type: 'active', runId: c.runId })
  late()
  await until(() => expect(parts.count('rooms')).toBeGreaterThan(1))
  expect(names()).toEqual(['default Default'])
})
