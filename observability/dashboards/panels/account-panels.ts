import type { Panel } from '../panel.ts'
import { chosen, rate, sumBy } from '../promql.ts'

const byResult = ({ title, description, counter }: Record<'title' | 'description' | 'counter', string>): Panel => ({
  title,
  description,
  unit: 'per-minute',
  queries: [{ expr: `60 * ${sumBy('result', rate(`${counter}${chosen()}`))}`, legend: '{{result}}' }],
  drawn: 'stacked',
})

export const accountPanels: readonly Panel[] = [
  byResult({
    title: 'Logins',
    description:
      'By how they ended. A wrong password is `refused`; many of them at once are somebody who tries passwords.',
    counter: 'logins_total',
  }),
  byResult({
    title: 'Registrations',
    description: 'By how they ended; `error` alone is a failure of ours.',
    counter: 'registrations_total',
  }),
  byResult({
    title: 'Password resets',
    description: 'Passwords that were set by a mailed token, by how that ended.',
    counter: 'password_resets_total',
  }),
  byResult({
    title: 'Token refreshes',
    description: 'By how they ended; a token that is over or was used before is `refused`.',
    counter: 'token_refreshes_total',
  }),
  {
    title: 'Password hashes in flight',
    description: 'Being computed now, by pod. Each takes a core for 15 ms or more, on purpose.',
    unit: 'count',
    queries: [{ expr: sumBy('pod', `password_hash_in_flight${chosen()}`), legend: '{{pod}}' }],
  },
]
