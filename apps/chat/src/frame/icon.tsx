/** The few drawings of the page. Each is decoration beside words: hidden from assistive technology. */
import type { ReactNode } from 'react'

const DRAWINGS = {
  menu: <path d="M4 6.5h16M4 12h16M4 17.5h16" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  plus: <path d="M12 5v14M5 12h14" />,
  send: <path d="M12 19V5m-6 6 6-6 6 6" />,
  stop: <rect x="6.5" y="6.5" width="11" height="11" rx="1.5" fill="currentColor" />,
  down: <path d="M12 5v14m-6-6 6 6 6-6" />,
  retry: <path d="M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4" />,
  done: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  onward: <path d="M5 12h14m-6-6 6 6-6 6" />,
  working: <path d="M12 4a8 8 0 1 1-7.4 5" />,
  queued: (
    <>
      <circle cx="12" cy="12" r="8" strokeDasharray="3 3.3" />
      <path d="M12 8v4.3l2.8 1.7" />
    </>
  ),
  alert: (
    <>
      <path d="M12 4.5 3.5 19h17z" />
      <path d="M12 10v4.2M12 16.6v.1" />
    </>
  ),
  stopped: (
    <>
      <circle cx="12" cy="12" r="8" />
      <rect x="9.2" y="9.2" width="5.6" height="5.6" fill="currentColor" stroke="none" />
    </>
  ),
  question: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M9.8 10a2.3 2.3 0 1 1 3.2 2.1c-.7.3-1 .7-1 1.5M12 16v.1" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof DRAWINGS

export function Icon({ name, turning = false }: { readonly name: IconName; readonly turning?: boolean }) {
  return (
    <svg
      aria-hidden="true"
      className={turning ? 'icon turning' : 'icon'}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {DRAWINGS[name]}
    </svg>
  )
}
