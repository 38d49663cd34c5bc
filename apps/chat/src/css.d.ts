declare module '*.css'

/** Its text. */
declare module '*.css?raw' {
  const css: string
  export default css
}
