export { createCatalogue } from './agents/catalogue.ts'
export { type AgentDefinition, defineAgent } from './agents/define-agent.ts'
export { createDemoAgent, type DemoAgentOptions } from './agents/demo/demo-agent.ts'
export { AgentFailure } from './agents/failure.ts'
export {
  type ApprovalRules,
  type ModelAgentDefinition,
  type ModelAgentDescription,
  modelAgent,
} from './agents/model/description.ts'
export type { Agent, AgentCatalogue, AgentContext, AnswerCheck, Answered } from './agents/port.ts'
export {
  createRemoteAgent,
  DEFAULT_REMOTE_LIMITS,
  type RemoteAgentOptions,
  type RemoteLimits,
} from './agents/remote/remote-agent.ts'
export { defineTool, type ToolDefinition } from './agents/tools/define-tool.ts'
export type {
  ApprovalContext,
  JsonObject,
  ParsedInput,
  Tool,
  ToolAnswer,
  ToolContext,
  ToolEffect,
  ToolQuestion,
  ToolSource,
} from './agents/tools/port.ts'
export { createInProcessBus, type InProcessBusOptions } from './bus/in-process-bus.ts'
export type { Bus } from './bus/port.ts'
export { createEngine, type Engine, type EngineOptions } from './engine/engine.ts'
export type { EngineLog, EngineLogEntry } from './engine/log.ts'
export { createFeed, type Feed, type FeedOptions } from './feed/feed.ts'
export type { Sink } from './feed/sink.ts'
export type {
  Access,
  Action,
  Authenticate,
  Authenticated,
  Authorise,
  Credentials,
  Resource,
} from './http/access.ts'
export { apiPage } from './http/api-page.ts'
export { type AppOptions, createApp } from './http/app.ts'
export { type ApiDocument, documentOf } from './http/document.ts'
export type { Api, Parts, Phase } from './http/env.ts'
export { type Listening, type ListenOptions, listen } from './http/listen.ts'
export { openNodeSink } from './http/node-sink.ts'
export type { Report } from './http/problem-error.ts'
export { STREAM_HEADERS } from './http/stream-headers.ts'
export { createInProcessPresence } from './presence/in-process-presence.ts'
export type { Presence } from './presence/port.ts'
export { type Config, ConfigError, type Environment, type ModelConfig, readConfig } from './process/config.ts'
export { defineConfig, type HoldfastConfig } from './process/config-module.ts'
export type { HoldfastLimits } from './process/limits.ts'
export { type ServeOptions, serve } from './process/serve.ts'
export { type Server, type ServerOptions, startServer } from './process/server.ts'
export { systemClock } from './process/system-clock.ts'
export { StoreFault } from './store/fault.ts'
export { createMemoryStore, type MemoryStoreOptions } from './store/memory/memory-store.ts'
export type * from './store/port.ts'
export { LOCAL_PRINCIPAL, type Principal } from './store/principal.ts'
export type { CancelRequest, OnBusy, RunRecord, StartRequest } from './store/run-record.ts'
