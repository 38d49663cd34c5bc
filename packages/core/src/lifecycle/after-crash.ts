/**
 * What happens to a run whose worker is lost. The agent declares it, because only the agent knows whether its actions may
 * be repeated.
 *
 * - `fail`: it ends `failed{worker_lost}`, because tools may already have acted
 * - `restart`: it ends the same way, and one new run, whose `retryOf` names it, calls the agent again
 * - `resume`: the same run continues; its agent is called again with everything it has written so far
 */
export type AfterCrash = 'fail' | 'restart' | 'resume'
