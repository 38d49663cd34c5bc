/** In a real browser: who has the focus after what had it went away. */
import { useEffect, useState } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { focusField, keepFocus, takeFocus } from './focus.ts'
import { Menu, MenuItem } from './menu.tsx'

/** A page with a list, layers over it, and a field in which a person writes. */
function Page() {
  const [rows, setRows] = useState(['one', 'two', 'three'])
  const [layer, setLayer] = useState<'none' | 'dialog' | 'second'>('none')
  const [asked, setAsked] = useState<string>()
  const [open, setOpen] = useState<string>()
  const [edits, setEdits] = useState(false)
  useEffect(keepFocus, [])
  const without = (row: string) => setRows((all) => all.filter((other) => other !== row))
  return (
    <>
      <aside>
        <ul>
          {rows.map((row) => (
            <li key={row}>
              <a href={`#${row}`}>{row}</a>
              <Menu
                open={open === row}
                onOpenChange={(wanted) => setOpen(wanted ? row : undefined)}
                trigger={<Button>More of {row}</Button>}
              >
                <MenuItem icon="archive" onSelect={() => without(row)}>
                  Archive
                </MenuItem>
                <MenuItem icon="remove" onSelect={() => setAsked(row)}>
                  Delete…
                </MenuItem>
              </Menu>
            </li>
          ))}
        </ul>
      </aside>
      <p>Nothing to press</p>
      <main tabIndex={-1}>
        <Button onClick={() => setLayer('dialog')}>Open</Button>
        {edits ? (
          <Button onClick={() => setEdits(false)}>Done</Button>
        ) : (
          <Button onClick={() => setEdits(true)}>Edit</Button>
        )}
        <textarea aria-label="Message" data-focus-home />
      </main>
      {layer === 'dialog' && (
        <Dialog title="First" close={() => setLayer('none')}>
          <Button onClick={() => setLayer('second')}>Go on</Button>
        </Dialog>
      )}
      {layer === 'second' && (
        <Dialog title="Second" close={() => setLayer('none')}>
          <Button>Nothing</Button>
        </Dialog>
      )}
      {asked && (
        <Dialog title="Sure?" close={() => setAsked(undefined)}>
          <Button
            onClick={() => {
              // The server is asked, and the line goes a little later.
              setAsked(undefined)
              setTimeout(() => without(asked))
            }}
          >
            Delete it
          </Button>
          <Button
            onClick={() => {
              setAsked(undefined)
              without(asked)
            }}
          >
            Delete at once
          </Button>
        </Dialog>
      )}
    </>
  )
}

const open = async () => await render(<Page />)
type Screen = Awaited<ReturnType<typeof open>>

const button = (screen: Screen, name: string) => screen.getByRole('button', { name, exact: true })
const link = (screen: Screen, name: string) => screen.getByRole('link', { name, exact: true })
const field = (screen: Screen) => screen.getByRole('textbox', { name: 'Message' })

beforeEach(() => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
})

describe('a dialog', () => {
  it.each([
    ['Esc', async () => await userEvent.keyboard('{Escape}')],
    ['a click beside it', async () => await userEvent.click(document.body, { position: { x: 2, y: 2 }, force: true })],
  ])('returns the focus to the button that opened it: %s', async (_, close) => {
    const screen = await open()
    await button(screen, 'Open').click()
    await expect.element(screen.getByRole('dialog', { name: 'First' })).toBeVisible()
    await close()
    await expect.element(button(screen, 'Open')).toHaveFocus()
  })

  it('returns the focus to the field in which the person was writing', async () => {
    const screen = await open()
    await field(screen).click()
    // As a shortcut opens it.
    const opener = button(screen, 'Open').element() as HTMLButtonElement
    opener.click()
    await expect.element(button(screen, 'Go on')).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(field(screen)).toHaveFocus()
  })

  it('gives the focus to the message box if nothing had it', async () => {
    const screen = await open()
    ;(button(screen, 'Open').element() as HTMLButtonElement).click()
    await expect.element(button(screen, 'Go on')).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(field(screen)).toHaveFocus()
  })

  it('that was opened from another one returns the focus to where it was before that one', async () => {
    const screen = await open()
    await button(screen, 'Open').click()
    await button(screen, 'Go on').click()
    await expect.element(button(screen, 'Nothing')).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(button(screen, 'Open')).toHaveFocus()
  })
})

describe('a menu', () => {
  it.each([
    ['Esc', async () => await userEvent.keyboard('{Escape}')],
    ['a click on nothing', async (screen: Screen) => await screen.getByText('Nothing to press').click()],
  ])('returns the focus to its button: %s', async (_, close) => {
    const screen = await open()
    await button(screen, 'More of two').click()
    await expect.element(screen.getByRole('menu')).toBeVisible()
    await close(screen)
    await expect.element(screen.getByRole('menu')).not.toBeInTheDocument()
    await expect.element(button(screen, 'More of two')).toHaveFocus()
  })

  it('leaves the focus in a field that was clicked meanwhile', async () => {
    const screen = await open()
    await button(screen, 'More of two').click()
    await field(screen).click()
    await expect.element(screen.getByRole('menu')).not.toBeInTheDocument()
    await expect.element(field(screen)).toHaveFocus()
  })

  it('that opened a dialog gets the focus back when the dialog closes', async () => {
    const screen = await open()
    await button(screen, 'More of two').click()
    await screen.getByRole('menuitem', { name: 'Delete…' }).click()
    await expect.element(button(screen, 'Delete it')).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(button(screen, 'More of two')).toHaveFocus()
  })
})

describe('a removed row', () => {
  it.each([
    ['two', 'Delete it', 'three'],
    ['two', 'Delete at once', 'three'],
    ['three', 'Delete it', 'two'],
  ])('%s, by “%s”, gives the focus to %s', async (row, how, next) => {
    const screen = await open()
    await button(screen, `More of ${row}`).click()
    await screen.getByRole('menuitem', { name: 'Delete…' }).click()
    await button(screen, how).click()
    await vi.waitFor(() => expect(screen.container.querySelectorAll('li')).toHaveLength(2))
    await expect.element(link(screen, next)).toHaveFocus()
  })

  it('removed through its menu gives the focus to its neighbour, and the last one to the message box', async () => {
    const screen = await open()
    for (const [row, next] of [
      ['one', link(screen, 'two')],
      ['two', link(screen, 'three')],
      ['three', field(screen)],
    ] as const) {
      await button(screen, `More of ${row}`).click()
      await screen.getByRole('menuitem', { name: 'Archive' }).click()
      await expect.element(next).toHaveFocus()
    }
  })

  it('that did not have the focus moves it nowhere', async () => {
    const screen = await open()
    await button(screen, 'More of two').click()
    await screen.getByRole('menuitem', { name: 'Delete…' }).click()
    await button(screen, 'Delete it').click()
    await field(screen).click()
    await screen.getByText('Nothing to press').click()
    await vi.waitFor(() => expect(screen.container.querySelectorAll('li')).toHaveLength(2))
    expect(document.activeElement).toBe(document.body)
  })
})

it('a button that is replaced by what it opens gives it the focus', async () => {
  const screen = await open()
  await button(screen, 'Edit').click()
  await expect.element(button(screen, 'Done')).toHaveFocus()
  await button(screen, 'Done').click()
  await expect.element(button(screen, 'Edit')).toHaveFocus()
})

it('a new field takes the focus, with the caret at the end, but never from another element', async () => {
  const screen = await open()
  const area = field(screen).element() as HTMLTextAreaElement
  area.value = 'half a thought'
  takeFocus(area)
  expect([document.activeElement, area.selectionStart]).toEqual([area, 14])
  await button(screen, 'Open').click()
  await userEvent.keyboard('{Escape}')
  takeFocus(area)
  expect(document.activeElement).toBe(button(screen, 'Open').element())
  focusField()
  expect(document.activeElement).toBe(area)
})

it('on a touch screen no field takes the focus by itself, because a keyboard would cover half of the page', async () => {
  const screen = await open()
  const coarse = vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList)
  takeFocus(field(screen).element() as HTMLTextAreaElement)
  focusField()
  expect(document.activeElement).toBe(document.body)
  ;(button(screen, 'Open').element() as HTMLButtonElement).click()
  await expect.element(button(screen, 'Go on')).toHaveFocus()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByRole('main')).toHaveFocus()
  coarse.mockRestore()
})
