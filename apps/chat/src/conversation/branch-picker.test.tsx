/** In a real browser: the way between versions of a message, whatever an agent calls its messages. */
import { useState } from 'react'
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { BranchPicker } from './branch-picker.tsx'

const IDS = ['plain', 'with "quotes" and \\']

function Versions() {
  const [at, setAt] = useState(0)
  return (
    <div role="log">
      <BranchPicker key={at} branch={{ ids: IDS, at }} choose={(id) => setAt(IDS.indexOf(id))} />
    </div>
  )
}

it('the focus follows to the chosen version, whatever its id', async () => {
  const screen = await render(<Versions />)
  await screen.getByRole('button', { name: 'Next version; this is 1 of 2' }).click()
  await expect.element(screen.getByRole('button', { name: 'Next version; this is 2 of 2' })).toHaveFocus()
})
