import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import type { RenderTarget } from '../../render-target.ts'
import type { Board, Row } from '../panel.ts'
import { annotations } from './annotations.ts'
import { buildPanel } from './build-panel.ts'
import { variablesOf } from './variables.ts'

/** Every dashboard has it: the links at the top lead to all that have. */
const tag = 'shopctl'

const links = new dashboard.DashboardLinkBuilder('Dashboards')
  .type(dashboard.DashboardLinkType.Dashboards)
  .tags([tag])
  .asDropdown(true)
  .includeVars(true)
  .keepTime(true)

/** Steps that a scrape of 15 s can fill. */
const timePicker = new dashboard.TimePickerBuilder().refreshIntervals(['15s', '30s', '1m', '5m', '15m', '1h'])

/** As Grafana reads it from a file. */
export const buildDashboard = (board: Board, target: RenderTarget): dashboard.Dashboard => {
  const built = new dashboard.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([tag, target.environment])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-3h', to: 'now' })
    .timepicker(timePicker)
    .timezone('browser')
    .refresh('30s')
    .link(links)
    .variables([...variablesOf(board, target)])
    .annotations([...annotations(target)])
  placePanels(built, board.rows)
  return built.build()
}

/** Rows have a heading where there are more than one. */
const placePanels = (built: dashboard.DashboardBuilder, rows: readonly Row[]): void => {
  const panels = rows.flatMap(({ panels: ofRow }) => ofRow)
  for (const { title, panels: ofRow } of rows) {
    if (rows.length > 1) built.withRow(new dashboard.RowBuilder(title).id(headingId(title, rows)))
    for (const panel of ofRow) built.withPanel(buildPanel(panel, panels.indexOf(panel) + 1))
  }
}

/** Out of the way of the panels' own. */
const headingId = (title: string, rows: readonly Row[]): number => 1_000 + rows.findIndex((row) => row.title === title)
