/**
 * What has happened in all threads while their person was away: what needs them, what has finished or failed and was not
 * seen, and what still runs.
 *
 * Owns: which threads are listed, and their order. Does not know: React, where the threads come from.
 */
import type { ThreadInfo } from '@holdfast/core'
import { aloud } from '../conversation/sentences.ts'
import { type Stand, standOf } from '../sidebar/stand.ts'

export type News = 'needs_you' | 'finished' | 'failed' | 'running'

export interface SinceItem {
  readonly thread: ThreadInfo
  readonly news: News
}

/** What a person has seen is no news, except a question that is still open. */
const NEWS: Readonly<Record<Stand, News | undefined>> = {
  needs_you: 'needs_you',
  paused: 'needs_you',
  working: 'running',
  queued: 'running',
  finished: 'finished',
  failed: 'failed',
  'failed-seen': undefined,
  idle: undefined,
}

const ORDER: readonly News[] = ['needs_you', 'finished', 'failed', 'running']

/** Within a kind the threads keep their order. */
export function sinceYouLeft(threads: readonly ThreadInfo[]): readonly SinceItem[] {
  const items = threads.flatMap((thread): SinceItem[] => {
    const news = NEWS[standOf(thread)]
    return news ? [{ thread, news }] : []
  })
  return items.toSorted((a, b) => ORDER.indexOf(a.news) - ORDER.indexOf(b.news))
}

const WORDS: Readonly<Record<News, readonly [one: string, more: string]>> = {
  needs_you: ['needs you', 'need you'],
  finished: ['finished', 'finished'],
  failed: ['failed', 'failed'],
  running: ['still running', 'still running'],
}

/** "1 needs you · 2 finished · 1 still running". */
export function sinceWords(items: readonly SinceItem[]): string {
  return ORDER.flatMap((news) => {
    const count = items.filter((item) => item.news === news).length
    return count === 0 ? [] : [`${count} ${WORDS[news][count === 1 ? 0 : 1]}`]
  }).join(' · ')
}

/** The first line of a thread as text; nothing where it only repeats the title. */
export function previewOf({ title, preview }: Pick<ThreadInfo, 'title' | 'preview'>): string {
  const text = aloud(preview ?? '')
  return text === title ? '' : text
}
