/** What the build tells the page. */
interface ImportMeta {
  readonly env: {
    readonly DEV: boolean
    readonly PROD: boolean
    /** The path of the application, with a slash at its end. */
    readonly BASE_URL: string
  }
}
