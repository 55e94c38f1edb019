import type { PromotionPlan } from '../../flows/promote.ts'
import { ageInWords } from '../words-for-time.ts'
import { changesTable } from './deploy-view.ts'
import { commitWords, shortDigest } from './release-words.ts'

type Where = { readonly to: string; readonly now: Date; readonly width: number | null }

const what = ({ release, taken }: PromotionPlan): string =>
  `what ${release.environment} ${taken === 'serving' ? 'runs' : 'ran'} as release ${release.number}`

/** What would come, line by line: what a person reads before saying yes. */
export const promotionPlanView = (plan: PromotionPlan, { to, now, width }: Where): string => {
  const { release, changes } = plan
  const since = ageInWords(release.finishedAt ?? release.startedAt, now)
  const commit = `commit ${commitWords(release)}`
  return `To ${to}: ${what(plan)}, by ${release.who}, ${since}, ${commit}\n\n${changesTable(changes, width)}`
}

/** `Release to prod what staging runs as release 12: users abc→def, catalog …?` */
export const promotionQuestion = (plan: PromotionPlan, to: string): string => {
  const changes = plan.changes.map(({ service, from, to: then }) =>
    from === then ? service : `${service} ${shortDigest(from)}→${shortDigest(then)}`,
  )
  return `Release to ${to} ${what(plan)}: ${changes.join(', ')}?`
}
