import { renderAlertmanager } from './alertmanager/render-alertmanager.ts'
import { renderDashboards } from './dashboards/render-dashboards.ts'
import { renderLogs } from './logs/render-logs.ts'
import { renderPrometheus } from './prometheus/render-prometheus.ts'
import type { RenderTarget } from './render-target.ts'
import type { RenderedFile } from './rendered-file.ts'
import { renderRules } from './rules/render-rules.ts'

/** Every file of every program that watches the shop there, by path. Loads Grafana's SDK: import it where it is used. */
export const renderObservability = (target: RenderTarget): readonly RenderedFile[] =>
  [renderPrometheus, renderRules, renderAlertmanager, renderDashboards, renderLogs]
    .flatMap((render) => render(target))
    .toSorted((left, right) => left.path.localeCompare(right.path))
