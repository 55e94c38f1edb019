import * as bars from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import * as lines from '@grafana/grafana-foundation-sdk/timeseries'
import { serviceNames } from '../../../services/registry.ts'
import type { Panel, Query } from '../panel.ts'
import { seriesPattern, serviceColours } from '../service-colours.ts'
import { uidOfService } from '../uids.ts'
import { grafanaUnits } from '../units.ts'
import { dataSources } from './data-sources.ts'

/** Of 24 columns. */
const panelWidth = 8
const panelHeight = 8

/** Grafana's own green and red, which follow its theme. */
const fine = 'green'
const over = 'red'

const target = ({ expr, legend }: Query, { drawn }: Panel, index: number): Builder<Dataquery> => {
  const query = new DataqueryBuilder()
    .datasource(dataSources.prometheus)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .expr(expr)
    .legendFormat(legend)
  return drawn === 'bars' ? query.instant() : query.range()
}

/** Shades, because the pods of one service are told apart as well. */
const colourOf = (service: (typeof serviceNames)[number]) => ({
  id: 'color',
  value: { mode: 'shades', fixedColor: serviceColours[service].light },
})

const linksOf = ({ leadsTo }: Panel): dashboard.DashboardLinkBuilder[] =>
  leadsTo === undefined
    ? []
    : [
        new dashboard.DashboardLinkBuilder('Look at this service').url(
          `/d/${uidOfService(`\${__field.labels.service}`)}?\${__url_time_range}&\${namespace:queryparam}`,
        ),
      ]

const thresholds = ({ limit, drawn }: Panel): dashboard.ThresholdsConfigBuilder => {
  const base = { value: null, color: drawn === 'bars' && limit !== undefined ? over : fine }
  const steps = limit === undefined ? [base] : [base, { value: limit.value, color: drawn === 'bars' ? fine : over }]
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps)
}

const legend = (calculations: readonly string[]): common.VizLegendOptionsBuilder =>
  new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs([...calculations])

const drawLines = (panel: Panel): lines.PanelBuilder => {
  const { limit, drawn } = panel
  const isStacked = drawn === 'stacked'
  return new lines.PanelBuilder()
    .legend(legend(['lastNotNull']))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .lineWidth(2)
    .fillOpacity(isStacked ? 35 : 0)
    .showPoints(common.VisibilityMode.Never)
    .stacking(
      new common.StackingConfigBuilder().mode(isStacked ? common.StackingMode.Normal : common.StackingMode.None),
    )
    .thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(
        limit === undefined ? common.GraphThresholdsStyleMode.Off : common.GraphThresholdsStyleMode.Dashed,
      ),
    )
    .axisSoftMin(0)
}

const drawBars = (): bars.PanelBuilder =>
  new bars.PanelBuilder()
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .legend(legend([]))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))

/** One panel. What it shows is said in panel.ts; here is only how Grafana is told. */
export const buildPanel = (panel: Panel, id: number): Builder<dashboard.Panel> => {
  const drawing = panel.drawn === 'bars' ? drawBars() : drawLines(panel)
  const built = drawing
    .id(id)
    .title(panel.title)
    .description(panel.description)
    .unit(grafanaUnits[panel.unit])
    .datasource(dataSources.prometheus)
    .span(panelWidth)
    .height(panelHeight)
    .targets(panel.queries.map((query, index) => target(query, panel, index)))
    .thresholds(thresholds(panel))
    .dataLinks(linksOf(panel))
  for (const service of serviceNames) {
    built.overrideByRegexp(`/${seriesPattern(service).source}/`, [colourOf(service)])
  }
  return built
}
