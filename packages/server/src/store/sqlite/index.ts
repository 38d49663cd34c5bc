export { openSqliteArchive } from './archive.ts'
export { StoreOpenError, type StoreOpenErrorCode } from './open-error.ts'
export { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
