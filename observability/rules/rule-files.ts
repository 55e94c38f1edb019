import type { RenderTarget } from '../render-target.ts'
import { burnRateAlerts } from './burn-rate-alerts.ts'
import { httpRules } from './http-rules.ts'
import { monitoringAlerts } from './monitoring-alerts.ts'
import { objectiveRules } from './objective-rules.ts'
import { resourceRules } from './resource-rules.ts'
import { type AlertRule, isAlert, type RuleGroup } from './rule.ts'
import { shopAlerts } from './shop-alerts.ts'

export type RuleFile = { readonly path: string; readonly groups: readonly RuleGroup[] }

/** Every rule, by the file that it is rendered to. */
export const ruleFiles = (target: RenderTarget): readonly RuleFile[] => [
  { path: 'prometheus/rules/recording.yml', groups: [httpRules, resourceRules(target)] },
  { path: 'prometheus/rules/objectives.yml', groups: [...objectiveRules, burnRateAlerts] },
  { path: 'prometheus/rules/alerts.yml', groups: shopAlerts },
  { path: 'prometheus/rules/monitoring.yml', groups: [monitoringAlerts(target)] },
]

export const alertsOf = (target: RenderTarget): readonly AlertRule[] =>
  ruleFiles(target).flatMap(({ groups }) => groups.flatMap(({ rules }) => rules.filter(isAlert)))
