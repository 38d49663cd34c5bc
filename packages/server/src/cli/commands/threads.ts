/** `holdfast threads`: lists the threads of a room, newest activity first. */
import { type List, paths, type ThreadInfo } from '@holdfast/core'
import type { ServerClient } from '../server-client.ts'
import { shown, type Terminal } from '../terminal.ts'

const PAGE = 200

export async function threads(
  { get }: Pick<ServerClient, 'get'>,
  { out, err }: Pick<Terminal, 'out' | 'err'>,
  { roomId, json, limit }: { readonly roomId: string; readonly json: boolean; readonly limit: number },
): Promise<void> {
  let left = limit
  let before: string | undefined
  do {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, left)), ...(before && { before }) })
    const { items, next } = await get<List<ThreadInfo>>(`${paths.threads(roomId)}?${query}`)
    for (const thread of items) out(json ? JSON.stringify(thread) : lineOf(thread))
    left -= items.length
    before = next
    if (left <= 0 && next !== undefined) err(`There are more threads. Use --limit ${limit * 10} to see them.`)
  } while (before !== undefined && left > 0)
  if (left === limit) err('There are no threads.')
}

function lineOf({ updatedAt, status, lastSeq, threadId, title }: ThreadInfo): string {
  return [
    updatedAt.slice(0, 19).replace('T', ' '),
    status.padEnd(9),
    String(lastSeq).padStart(7),
    threadId,
    shown(title, 80),
  ].join('  ')
}
