/** What the service worker sends to the window that is to open a thread: `{type, key?}`. */
export const OPEN_MESSAGE = 'holdfast open'
