/**
 * The page of one thread, as the registry knows it. Leaving it unsubscribes and does nothing else.
 *
 * Does not know: the server, time, what an envelope is.
 */
import type { ThreadState } from '@holdfast/client'
import { keyString, type ThreadKey } from '@holdfast/core'
import { useRooms, useThread, useThreadList } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { LeftWords } from '../composer/lazy-left-words.tsx'
import { ThreadComposer } from '../composer/thread-composer.tsx'
import { useAgent } from '../composer/use-agent.ts'
import { useDraft } from '../composer/use-draft.ts'
import { useReturnedWords } from '../composer/use-returned-words.ts'
import { Button, IconButton } from '../design/button.tsx'
import { Blank } from '../frame/blank.tsx'
import { type Connection, FINE, hasTrouble } from '../frame/connection.ts'
import { ConnectionLine } from '../frame/connection-line.tsx'
import { NoSuchRoom, Unreachable } from '../frame/dead-ends.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { usePageTitle } from '../frame/page-title.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { useConnection } from '../frame/use-connection.ts'
import { awaitMarkdown } from '../markdown/streaming-markdown.tsx'
import { Announcer } from './announcer.tsx'
import { useBeside } from './beside.ts'
import { leafUnder } from './branches.ts'
import { Conversation } from './conversation.tsx'
import { useEndingActions } from './use-ending-actions.ts'
import { useNew } from './use-new.ts'
import { type Place, usePlace } from './use-place.ts'

interface ThreadPageProps {
  readonly threadKey: ThreadKey
  /** The first names the window. */
  readonly pane: 'first' | 'second'
}

export function ThreadPage({ threadKey, pane }: ThreadPageProps) {
  const { roomId, threadId } = threadKey
  const state = useThread(threadKey)
  const rooms = useRooms().items
  const room = rooms?.find((item) => item.roomId === roomId)
  const listed = useThreadList(roomId).items?.find((item) => item.threadId === threadId)
  const unwritten = state.content.type === 'new' && !isFresh(state)
  const noRoom = (unwritten || state.content.type === 'gone') && rooms !== undefined && !room
  const title = noRoom ? 'Not found' : listed?.title || (state.content.type === 'new' ? 'New thread' : 'Thread')
  const connection = useConnection(state.connection)
  const beside = useBeside()
  const place = usePlace(threadKey)
  /** Which way through the conversation is looked at: the newest, unless one was chosen. */
  const [chosen, choose] = useState<string>()
  useEffect(awaitMarkdown, [])
  useReturnedWords(state)
  const fresh = useNew(state)
  usePageTitle(pane === 'first' ? [title, room?.title] : undefined)
  return (
    <>
      <PageHead roomId={roomId} title={title} room={room?.title}>
        {pane === 'first' && beside.possible && !beside.key && (
          <Button look="quiet" onClick={() => beside.open(threadKey)}>
            Open in split view
          </Button>
        )}
        {pane === 'second' && <IconButton icon="close" label="Close split view" onClick={beside.close} />}
      </PageHead>
      <div className="reading">
        <ConnectionLine connection={isBlank(state) && hasTrouble(connection) ? FINE : connection} />
        <Announcer activity={state.activity} waits={place !== undefined} connection={connection} />
        {noRoom ? (
          <NoSuchRoom roomId={roomId}>
            <LeftWords place={keyString(threadKey)} roomId="default" />
          </NoSuchRoom>
        ) : (
          <Reading state={state} connection={connection} chosen={chosen} choose={choose} place={place} fresh={fresh} />
        )}
      </div>
      {!noRoom && state.content.type !== 'gone' && (
        <ThreadComposer
          threadKey={threadKey}
          activity={state.activity}
          failedStart={state.failedStart}
          queue={state.queue}
          view={state.content.type === 'ready' ? state.content.view : undefined}
          answering={state.answering}
          connection={connection}
          answeredBy={answeredBy(state)}
          parentId={chosen === undefined ? undefined : leafIn(state, chosen)}
        />
      )}
    </>
  )
}

/** Nothing of the thread is known, so a connection problem gets the whole page. */
function isBlank({ content, pending, activity }: ThreadState): boolean {
  return content.type === 'loading' && pending.length === 0 && activity.type === 'idle'
}

function isFresh({ content, pending, activity }: ThreadState): boolean {
  return content.type === 'new' && (pending.length > 0 || activity.type !== 'idle')
}

/** The agent of the last run. */
function answeredBy({ content }: ThreadState): string | undefined {
  return content.type === 'ready' ? content.view.runs.at(-1)?.agentId : undefined
}

/** The message that new text follows. */
function leafIn({ content }: ThreadState, chosen: string): string | undefined {
  return content.type === 'ready' ? leafUnder(content.view.messages, chosen) : undefined
}

interface ReadingProps {
  readonly state: ThreadState
  readonly connection: Connection
  readonly chosen: string | undefined
  readonly place: Place | undefined
  readonly fresh: ReadonlySet<string>
  choose(messageId: string | undefined): void
}

function Reading({ state, connection, chosen, choose, place, fresh }: ReadingProps) {
  const { key, content, pending, activity } = state
  const { agents, chosen: agentId } = useAgent({ ...key, answeredBy: answeredBy(state) })
  const actions = useEndingActions(key, agentId, choose)
  const agentTitle = useCallback(
    (agentId: string | undefined) => agents.find((agent) => agent.agentId === agentId)?.title ?? 'Assistant',
    [agents],
  )
  if (content.type === 'gone') return <Deleted threadKey={key} />
  if (content.type === 'ready' || pending.length > 0 || activity.type !== 'idle') {
    return <Conversation {...{ state, agentTitle, actions, chosen, place, connection, fresh }} />
  }
  if (content.type === 'new') {
    return (
      <Blank
        title="Thread not found"
        text={`There is no thread at this address (${key.threadId}). Check the link. If you send a message below, the thread starts here.`}
      >
        <Link className="button" to="/rooms/$roomId" params={{ roomId: key.roomId }}>
          Back to the room
        </Link>
      </Blank>
    )
  }
  if (hasTrouble(connection)) return <Unreachable connection={connection} />
  return <Skeleton of="conversation" />
}

function Deleted({ threadKey }: { readonly threadKey: ThreadKey }) {
  const { roomId } = threadKey
  const place = keyString(threadKey)
  const isWritten = useDraft(place) !== ''
  const text = isWritten ? 'Your unsent message is still here.' : 'Its messages are gone. Its room is still there.'
  return (
    <Blank title="This thread was deleted" text={text}>
      <LeftWords place={place} roomId={roomId} />
      <Link className="button" data-look={isWritten ? undefined : 'main'} to="/rooms/$roomId" params={{ roomId }}>
        New thread
      </Link>
    </Blank>
  )
}
