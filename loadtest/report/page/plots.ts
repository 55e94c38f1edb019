import { fullLoadSeconds } from '../../engine/schedule/full-load.ts'
import type { KeptRun } from '../kept-run.ts'
import { renderErrorPlot } from '../plot/error-plot.ts'
import { timeAxis } from '../plot/time-axis.ts'
import type { TimeFrame } from '../plot/time-plot.ts'
import { timelineOf } from '../timeline.ts'
import { html, type Markup } from './html.ts'
import { distributionPlot, latencyPlots } from './latency-plots.ts'
import { arrivalsPlot, generatorPlot, throughputPlot, usersPlot } from './load-plots.ts'

export const renderPlots = (run: KeptRun): Markup => {
  const { result } = run
  const columns = timelineOf(result)
  if (columns.length === 0) return html`<p>There is nothing to plot: no worker told of any second.</p>`
  const last = columns.at(-1)
  const ran = last === undefined ? 0 : last.second + last.seconds
  const fullLoad = fullLoadSeconds(result.profile)
    .map(({ from, to }) => ({ from, to: Math.min(to, ran) }))
    .filter(({ from, to }) => from < to)
  const frame: TimeFrame = { columns, axis: timeAxis(ran), fullLoad }
  const plots = [
    ...latencyPlots(result, frame),
    distributionPlot(result),
    throughputPlot(run, frame),
    renderErrorPlot(frame),
    usersPlot(frame),
    arrivalsPlot(result, frame),
    generatorPlot(result, frame),
  ]
  return html`<div class="plots">
${plots.filter((plot) => plot !== null)}</div>`
}
