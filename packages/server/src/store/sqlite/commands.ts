/**
 * The calls that write, each inside a transaction that its caller has begun.
 *
 * Does not know: batches, commits, messages.
 */
import type { AnswerOf, ArgsOf, WritingCalls } from '../commands/calls.ts'
import { COMMANDS, type Command } from '../commands/commands.ts'
import { perform, transact } from '../commands/transact.ts'
import { createFacts } from './facts.ts'
import type { StoreData } from './store-data.ts'

export type Commands = {
  readonly [Call in keyof WritingCalls]: (now: number, ...args: ArgsOf<Call>) => AnswerOf<Call>
}

export function createCommands(data: StoreData): Commands {
  const open = createFacts(data)
  const carryOut =
    <Args extends readonly unknown[], Answer>(command: Command<Args, Answer>) =>
    (now: number, ...args: Args): Answer =>
      perform(transact(command, args), open(now))
  const commands = Object.entries<Command<never, unknown>>(COMMANDS).map(
    ([call, command]) => [call, carryOut(command)] as const,
  )
  // Has the same names as the table.
  return Object.fromEntries(commands) as unknown as Commands
}
