/** `Questions`, loaded when the first one is asked. Its place is kept free meanwhile, so that nothing moves. */
import { layer, layerPart } from '../frame/layer.tsx'
import type { QuestionsProps } from './questions.tsx'

const part = layerPart(() => import('./questions.tsx'))

export const Questions = layer<QuestionsProps>(part, ({ interrupts }) =>
  interrupts.length > 0 ? <div className="questions-soon" /> : null,
)
