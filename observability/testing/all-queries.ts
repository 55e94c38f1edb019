import { dashboardQueries } from '../dashboards/dashboard-queries.ts'
import type { RenderTarget } from '../render-target.ts'
import { isAlert } from '../rules/rule.ts'
import { ruleFiles } from '../rules/rule-files.ts'

export type AnyQuery = { readonly place: string; readonly expr: string }

/** What an alert compares, answered with 1 or 0 instead of nothing: an alert that is silent must not be one
 * without data. Who waits for something to be absent has it while he waits. */
export const withoutFilter = (expr: string): string =>
  expr.replace(/^absent\((.*)\)$/, '$1').replaceAll(/ (==|[<>]=?) (?=[\d.])/g, ' $1 bool ')

const ruleQueries = (target: RenderTarget): readonly AnyQuery[] =>
  ruleFiles(target)
    .flatMap(({ groups }) => groups)
    .flatMap(({ rules }) =>
      rules.map((rule) =>
        isAlert(rule)
          ? { place: `alert ${rule.alert}`, expr: withoutFilter(rule.expr) }
          : { place: `rule ${rule.record}`, expr: rule.expr },
      ),
    )

/** Every expression that is written anywhere: in alerts, recording rules and dashboards. */
export const allQueries = (target: RenderTarget): readonly AnyQuery[] => [
  ...ruleQueries(target),
  ...dashboardQueries(target).map(({ dashboard, panel, expr }) => ({ place: `${dashboard} · ${panel}`, expr })),
]
