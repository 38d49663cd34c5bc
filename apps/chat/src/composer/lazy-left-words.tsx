/** `LeftWords`, loaded where there are any: hardly ever. */
import { layer, layerPart } from '../frame/layer.tsx'
import { useDraft } from './use-draft.ts'

const Shown = layer(layerPart(() => import('./left-words.tsx')))

export function LeftWords(props: { readonly place: string; readonly roomId: string }) {
  return useDraft(props.place) !== '' && <Shown {...props} />
}
