import type { RenderTarget } from '../render-target.ts'
import { renderYaml } from '../render-yaml.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { runbookUrl } from '../runbooks/runbook-link.ts'
import { type AlertRule, isAlert, type RecordingRule, type RuleGroup } from './rule.ts'
import { ruleFiles } from './rule-files.ts'

const alertRule = ({ alert, expr, forSeconds, severity, labels, summary, description }: AlertRule) => ({
  alert,
  expr,
  ...(forSeconds === 0 ? {} : { for: `${forSeconds}s` }),
  labels: { severity, ...labels },
  annotations: { summary, description, runbook_url: runbookUrl(alert) },
})

const recordingRule = ({ record, expr, labels }: RecordingRule) => ({
  record,
  expr,
  ...(labels === undefined ? {} : { labels }),
})

const group = ({ name, intervalSeconds, rules }: RuleGroup) => ({
  name,
  ...(intervalSeconds === null ? {} : { interval: `${intervalSeconds}s` }),
  rules: rules.map((rule) => (isAlert(rule) ? alertRule(rule) : recordingRule(rule))),
})

export const renderRules = (target: RenderTarget): readonly RenderedFile[] =>
  ruleFiles(target).map(({ path, groups }) => ({ path, text: renderYaml({ groups: groups.map(group) }) }))
