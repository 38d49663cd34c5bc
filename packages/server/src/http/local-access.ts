/** Access of a server for one local person: every request is theirs, and everything is allowed (`HOLDFAST_AUTH=none`). */
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import type { Access } from './access.ts'

export const LOCAL_ACCESS: Access = {
  authenticate: async () => ({ type: 'principal', principal: LOCAL_PRINCIPAL }),
  authorise: async () => true,
}
