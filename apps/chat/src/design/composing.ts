/**
 * Whether a key belongs to text composition (Japanese, Chinese, Korean, dead keys). Safari ends the composition before
 * it reports the key that accepted the word; only that key's code still shows it.
 */
export function isComposing({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229
}
