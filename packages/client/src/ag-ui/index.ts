/**
 * Holdfast without a server: a page that asks AG-UI agents itself and keeps the conversations in this browser.
 *
 *     const transport = createAgUiTransport({
 *       agents: [{ agentId: 'agent', url: 'https://agents.example/run' }],
 *       environment: browserEnvironment(),
 *       neighbours: browserNeighbours(),
 *     })
 *     const registry = createRunRegistry({ transport, environment })
 *
 * What differs from a server: leaving the page ends its runs (`transport.executing` says which), and what needs a server
 * is refused with `not_supported`.
 */
export type { AgUiAgent } from './agent.ts'
export { type AgUiTransport, type AgUiTransportOptions, createAgUiTransport } from './transport.ts'
