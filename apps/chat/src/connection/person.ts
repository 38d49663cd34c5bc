/** The server knows one person, which is the user of this machine (docs/PROTOCOL.md, Process). */
export const PERSON = 'local'
