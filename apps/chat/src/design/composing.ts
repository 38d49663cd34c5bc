/**
 * Whether a key belongs to a word that is being composed (Japanese, Chinese, Korean, dead keys). Safari ends the composition
 * before it tells of the key that took the word: only the number of that key still says so.
 */
export function isComposing({ isComposing, keyCode }: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229
}
