import type { RenderTarget } from '../../render-target.ts'
import { renderYaml } from '../../render-yaml.ts'
import type { RenderedFile } from '../../rendered-file.ts'
import { runbookUrl } from '../../runbooks/runbook-link.ts'
import type { AlertRule } from '../rule.ts'
import { alertsOf, ruleFiles } from '../rule-files.ts'
import { type FiringAlert, labelSet, type RuleCase, type RuleCheck, stepSeconds, type ValueCheck } from './rule-case.ts'
import { caseFiles } from './rule-cases.ts'

/** Prometheus' own template, filled in by other code than Prometheus'. */
const filledIn = (text: string, { labels, value }: FiringAlert): string =>
  text.replaceAll(/\{\{ \$(labels\.(?<label>\w+)|value[^}]*) \}\}/g, (...match) => {
    const { label } = match.at(-1)
    if (label === undefined) return value
    const filling = labels[label]
    if (filling === undefined) throw new Error(`no case says what ${label} is in "${text}"`)
    return filling
  })

/** Several rules may have one name; the labels that they add tell which is meant. */
const ruleOf = (rules: readonly AlertRule[], alert: string, { labels }: FiringAlert): AlertRule => {
  const rule = rules.find(
    (one) =>
      one.alert === alert &&
      Object.entries(one.labels ?? {}).every(([label, value]) => (labels[label] ?? value) === value),
  )
  if (rule === undefined) throw new Error(`there is no alert ${alert}`)
  return rule
}

const expectation = (rules: readonly AlertRule[], alert: string) => (firing: FiringAlert) => {
  const { severity, labels, summary, description } = ruleOf(rules, alert, firing)
  return {
    exp_labels: { severity, ...labels, ...firing.labels },
    exp_annotations: {
      summary: filledIn(summary, firing),
      description: filledIn(description, firing),
      runbook_url: runbookUrl(alert),
    },
  }
}

const lateSeconds = (rules: readonly AlertRule[], alert: string): number =>
  Math.max(...rules.filter((rule) => rule.alert === alert).map(({ forSeconds }) => forSeconds)) + 120

const check =
  (rules: readonly AlertRule[]) =>
  ({ alert, atSeconds, firing }: RuleCheck) => ({
    eval_time: `${atSeconds ?? lateSeconds(rules, alert)}s`,
    alertname: alert,
    exp_alerts: firing.map(expectation(rules, alert)),
  })

const valueCheck = ({ expr, atSeconds, values }: ValueCheck) => ({
  expr,
  eval_time: `${atSeconds}s`,
  exp_samples: values.map(({ labels, value }) => ({ labels: labelSet(labels), value })),
})

const test =
  (rules: readonly AlertRule[]) =>
  ({ title, series, checks, values = [] }: RuleCase) => ({
    name: title,
    interval: `${stepSeconds}s`,
    input_series: series,
    alert_rule_test: checks.map(check(rules)),
    promql_expr_test: values.map(valueCheck),
  })

/** For `promtool test rules`, beside the folder of the rules. */
export const renderRuleTests = (target: RenderTarget): readonly RenderedFile[] => {
  const alerts = alertsOf(target)
  const files = ruleFiles(target)
  return caseFiles(target).map(({ name, rules, cases }) => ({
    path: `prometheus/tests/${name}.yml`,
    text: renderYaml({
      rule_files: rules.map((path) => `../${path.split('/').slice(1).join('/')}`),
      evaluation_interval: `${2 * stepSeconds}s`,
      // What is recorded first is there when an alert reads it.
      group_eval_order: files
        .filter(({ path }) => rules.includes(path))
        .flatMap(({ groups }) => groups.map((group) => group.name)),
      tests: cases.map(test(alerts)),
    }),
  }))
}
