export { createManualEnvironment, MANUAL_FRAME_MS, type ManualEnvironment } from './manual-environment.ts'
export { createManualShared, type ManualShared } from './manual-shared.ts'
export {
  type Asked,
  createScriptedTransport,
  type Mishap,
  problem,
  type ScriptedTransport,
} from './scripted-transport.ts'
