/** All pictures on one page, one row per state. Knows their names, not how they are taken. */
import type { Size } from './stage.ts'

export const THEMES = ['light', 'dark'] as const

export function fileOf(name: string, size: Size, theme: (typeof THEMES)[number]): string {
  return `${name.replace(/[^a-z0-9]+/gi, '-')}.${size}.${theme}.png`
}

export function sheetOf(screens: readonly { readonly name: string; readonly sizes: readonly Size[] }[]): string {
  const rows = screens.map(({ name, sizes }) => {
    const files = sizes.flatMap((size) => THEMES.map((theme) => fileOf(name, size, theme)))
    const pictures = files.map((file) => `<a href="${file}"><img loading="lazy" alt="${file}" src="${file}"></a>`)
    return `<h2>${name}</h2><p>${pictures.join('')}</p>`
  })
  return `<!doctype html><meta charset="utf-8"><title>Every state of the page</title>
<style>body { font: 1rem sans-serif; background: #888 } p { display: flex; gap: 1rem } img { height: 24rem }</style>
${rows.join('\n')}
`
}
