/** The notification centre: the newest notices, and what the person wants to be notified of. */
import { useState } from 'react'
import { Dialog } from '../design/dialog.tsx'
import { NoticeList } from './notice-list.tsx'
import { NoticeSettings } from './notice-settings.tsx'

export default function NoticeCenter({ close }: { close(): void }) {
  const [view, setView] = useState<'list' | 'settings'>('list')
  return (
    <Dialog title={view === 'list' ? 'Notifications' : 'Notification settings'} close={close}>
      {view === 'list' ? (
        <NoticeList close={close} showSettings={() => setView('settings')} />
      ) : (
        <NoticeSettings back={() => setView('list')} />
      )}
    </Dialog>
  )
}
