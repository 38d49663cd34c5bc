/** The page's icon in a row of tabs: with a dot while something is unread. */
import { useEffect } from 'react'

export function useFavicon(unread: boolean): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (link) link.href = link.href.replace(/favicon(-unread)?\.svg/, unread ? 'favicon-unread.svg' : 'favicon.svg')
  }, [unread])
}
