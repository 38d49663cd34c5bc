/**
 * Claims notices on the server, each until it is answered.
 *
 * Owns: what an answer means. Does not know: who shows the notice then.
 *
 * A claim that is repeated by the same device is answered as the first time, so a lost answer costs nothing.
 */
import type { Environment } from '../environment/port.ts'
import { createBackoff } from '../follow/backoff.ts'
import { problemOf } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { untilAnswered } from './until-answered.ts'

export interface ClaimOptions {
  readonly transport: Pick<RunTransport, 'ask'>
  readonly environment: Pick<Environment, 'clock' | 'random'>
  readonly deviceId: string
  readonly closed: AbortSignal
  answered(what: { readonly type: 'claimed' | 'refused'; readonly id: string }): void
}

export function createClaims({ transport, environment, deviceId, closed, answered }: ClaimOptions) {
  const backoff = createBackoff(environment)

  return async function claim(id: string): Promise<void> {
    const answer = await untilAnswered(() => transport.ask('claimNotice', [id, { deviceId }]), { backoff, closed })
    // A server that reports notices and gives none out leaves it to the windows of the profile.
    const isMine = answer.type === 'answer' || problemOf(answer.error)?.code === 'not_supported'
    answered({ type: isMine ? 'claimed' : 'refused', id })
  }
}
