/** What the registry refuses on the spot, before anything is asked. */
export type RegistryErrorCode = 'busy' | 'closed' | 'unknown_run'

export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode

  constructor(code: RegistryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
