/** The table of an election, cell by cell: each notice in each role. */
import { describe, expect, it } from 'vitest'
import { type Leader, type Role, type Step, stepAfter } from './election-model.ts'
import type { Notice } from './notices.ts'

const LEADER: Leader = { tab: 'b', generation: 5 }
const RIVAL: Leader = { tab: 'c', generation: 5 }
const NEWER: Leader = { tab: 'c', generation: 6 }
const OLDER: Leader = { tab: 'c', generation: 4 }

const ROLES: Readonly<Record<Role['type'], Role>> = {
  seeking: { type: 'seeking' },
  joining: { type: 'joining', leader: LEADER },
  following: { type: 'following', leader: LEADER },
  leading: { type: 'leading', leader: LEADER },
}

const ignore: Step = { type: 'ignore' }
const join = (leader: Leader): Step => ({ type: 'join', leader })
const leads = (leader: Leader): Notice => ({ type: 'leads', ...leader })
const joins = (leader: Leader): Notice => ({ type: 'joins', tab: 'd', lock: 'd lives', leader })
const admits = (tab: string, leader: Leader): Notice => ({ type: 'admits', tab, leader })

type Row = readonly [notice: string, Notice, Readonly<Record<Role['type'], Step>>]

/** Of a tab `a` that has heard of generation 5. */
const ROWS: readonly Row[] = [
  ['a question who leads', { type: 'who' }, row({ leading: { type: 'announce', leader: LEADER } })],
  [
    'a newer leader',
    leads(NEWER),
    row({ seeking: join(NEWER), joining: join(NEWER), following: join(NEWER), leading: join(NEWER) }),
  ],
  ['another leader of the same generation', leads(RIVAL), row({ seeking: join(RIVAL), joining: join(RIVAL) })],
  ['its leader once more', leads(LEADER), row({ seeking: join(LEADER) })],
  ['an older leader', leads(OLDER), row({})],
  ['a tab that joins its leader', joins(LEADER), row({ leading: { type: 'admit', tab: 'd', lock: 'd lives' } })],
  ['a tab that joins another leader', joins(RIVAL), row({})],
  ['a tab that joins an older generation', joins(OLDER), row({})],
  ['its own admission', admits('a', LEADER), row({ joining: { type: 'follow', leader: LEADER } })],
  ['the admission of another tab', admits('d', LEADER), row({})],
  ['its own admission by another leader', admits('a', RIVAL), row({})],
]

function row(steps: Partial<Record<Role['type'], Step>>): Row[2] {
  return { seeking: ignore, joining: ignore, following: ignore, leading: ignore, ...steps }
}

describe('the table of an election', () => {
  for (const [title, notice, steps] of ROWS) {
    for (const role of Object.values(ROLES)) {
      it(`answers ${title} with "${steps[role.type].type}" while ${role.type}`, () => {
        expect(stepAfter({ tabId: 'a', role, newest: 5 }, notice)).toEqual(steps[role.type])
      })
    }
  }
})
