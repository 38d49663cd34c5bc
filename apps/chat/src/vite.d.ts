/** What the build tells the page. */
interface ImportMeta {
  readonly env: {
    readonly DEV: boolean
    /** `static`: built for any file server. */
    readonly MODE: string
    readonly PROD: boolean
    /** The path of the application, with a slash at its end. */
    readonly BASE_URL: string
  }
}
