/** The icons of the page. Each decorates a text and is hidden from assistive technology. */
import {
  Archive,
  ArrowDown,
  ArrowRight,
  ArrowUp,
  Bell,
  BellOff,
  ChartNoAxesGantt,
  Check,
  CheckCheck,
  ChevronLeft,
  ChevronRight,
  CircleHelp,
  CircleStop,
  Clock3,
  Copy,
  CornerDownLeft,
  Ellipsis,
  Hash,
  type LucideIcon,
  Menu,
  MessageSquare,
  MessageSquareDot,
  Pause,
  Pencil,
  Play,
  Plus,
  RotateCcw,
  Search,
  SlidersHorizontal,
  Square,
  Trash2,
  TriangleAlert,
  X,
} from 'lucide-react'

const DRAWINGS = {
  archive: Archive,
  menu: Menu,
  close: X,
  plus: Plus,
  send: ArrowUp,
  stop: Square,
  down: ArrowDown,
  up: ArrowUp,
  before: ChevronLeft,
  after: ChevronRight,
  pause: Pause,
  resume: Play,
  retry: RotateCcw,
  copy: Copy,
  remove: Trash2,
  done: Check,
  onward: ArrowRight,
  queued: Clock3,
  alert: TriangleAlert,
  stopped: CircleStop,
  question: CircleHelp,
  more: Ellipsis,
  edit: Pencil,
  search: Search,
  thread: MessageSquare,
  unread: MessageSquareDot,
  read: CheckCheck,
  room: Hash,
  bell: Bell,
  muted: BellOff,
  settings: SlidersHorizontal,
  timeline: ChartNoAxesGantt,
  enter: CornerDownLeft,
} satisfies Record<string, LucideIcon>

export type IconName = keyof typeof DRAWINGS | 'working'

export function Icon({ name, turning = false }: { readonly name: IconName; readonly turning?: boolean }) {
  const className = turning ? 'icon turning' : 'icon'
  if (name === 'working') return <Line className={className} />
  const Drawing = DRAWINGS[name]
  return <Drawing aria-hidden="true" className={className} {...(name === 'stop' && { fill: 'currentColor' })} />
}

/** What works is a line that pulls. */
function Line({ className }: { readonly className: string }) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
    >
      <path d="M2 12c1.7-8 5-8 6.7 0s5 8 6.6 0 5-8 6.7 0" />
    </svg>
  )
}
