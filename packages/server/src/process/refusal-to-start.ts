/** Why a server did not start, as one sentence for a person. Undefined for unexpected errors. */
import { CatalogueError } from '../agents/catalogue.ts'
import { StoreFault } from '../store/fault.ts'
import { StoreOpenError } from '../store/sqlite/index.ts'
import { ConfigError } from './config.ts'

export function whyNotStarted(error: unknown, { host, port }: { host: string; port: number }): string | undefined {
  if (error instanceof ConfigError || error instanceof CatalogueError || error instanceof StoreOpenError)
    return error.message
  if (error instanceof StoreFault) return `${error.message} Nothing was changed.`
  if (!(error instanceof Error) || !('code' in error)) return undefined
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop the program that uses it, or choose another port with PORT.`
    case 'EACCES':
      return `Port ${port} needs more privileges than this process has. Choose one above 1023 with PORT.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is ${host}, which is not an address of this machine. Set HOST to 127.0.0.1.`
    default:
      return undefined
  }
}
