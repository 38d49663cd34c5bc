/**
 * What becomes of a run whose worker is lost; its agent's own declaration, for only it knows whether what it does may be
 * done twice.
 *
 * - `fail` it ends `failed{worker_lost}`, visibly: tools may already have acted
 * - `restart` it ends so too, and a new run, whose `retryOf` names it, asks the agent again: once
 * - `resume` the same run goes on: its agent is called again and given what it has said so far
 */
export type AfterCrash = 'fail' | 'restart' | 'resume'
