/** Where the build has put a shared worker. */
declare module '*?sharedworker&url' {
  const url: string
  export default url
}
