import { dirname } from 'node:path'
import { z } from 'zod'
import { boardsFor } from '../../../observability/dashboards/boards/boards.ts'
import type { Board } from '../../../observability/dashboards/panel.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { findPrometheus, noPrometheus } from '../../observability/find-prometheus.ts'
import { knownValues, type PanelData } from '../../observability/preview/panel-data.ts'
import { type PreviewedBoard, renderPreview } from '../../observability/preview/preview-page.ts'
import { type PreviewSource, readPanel } from '../../observability/preview/read-panel.ts'
import { lastMinutes } from '../../observability/preview/time-grid.ts'
import { renderTargetOf } from '../../observability/render-target-of.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'
import { parsePrometheusAddress } from '../../prometheus/prometheus-address.ts'
import type { WatchMeans } from '../means.ts'

export type PreviewRequest = {
  /** The page. */
  readonly output: string
  /** Of which dashboards there are pictures; null: of all. By title or by address. */
  readonly dashboard: string | null
  readonly minutes: number
  readonly environment: EnvironmentFacts
  /** Of `--prometheus`; null where it was not typed. */
  readonly prometheus: string | null
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** `result` of `observability preview --json`, as scripts may rely on it. */
export const previewReportSchema = z.object({
  schema: z.literal('shopctl.observability-preview/1'),
  environment: z.string(),
  /** Where it was asked. */
  prometheus: z.string(),
  output: z.string(),
  bytes: z.int(),
  dashboards: z.array(
    z.object({
      uid: z.string(),
      title: z.string(),
      panels: z.int(),
      /** Titles of those that found nothing. */
      empty: z.array(z.string()),
    }),
  ),
})

export type PreviewReport = z.infer<typeof previewReportSchema>

/** A page on which no panel has data answers nothing, as `slo` does not where nothing is known. */
export const previewOutcome = ({ dashboards }: PreviewReport): 'done' | 'unknown' =>
  dashboards.some(({ panels, empty }) => panels > empty.length) ? 'done' : 'unknown'

/** Pictures of what each panel of the dashboards would show now, on one page. Changes nothing but the file. */
export const preview = async (request: PreviewRequest, means: WatchMeans): Promise<PreviewReport> => {
  const { environment, platform, interrupted: signal } = means
  const boards = chosenBoards(request)
  if (request.prometheus !== null) requireAddress(request.prometheus, request)
  const named = request.prometheus === null ? {} : { SHOPCTL_PROMETHEUS_URL: request.prometheus }
  const variables = { ...request.variables, ...named }
  const found = await findPrometheus({ environment, platform, variables, signal })
  if (found === null) throw noPrometheus({ environment, platform: platform.name })
  const { prometheus, close } = found
  const grid = lastMinutes(request.minutes, means.now())
  const source: PreviewSource = { prometheus, namespace: platform.metricsNamespace, grid }
  const read = await readBoards(boards, source).finally(close)
  const text = renderPreview({ environment, grid, boards: read })
  await write(request.output, text)
  return {
    schema: 'shopctl.observability-preview/1',
    environment,
    prometheus: prometheus.url,
    output: request.output,
    bytes: Buffer.byteLength(text),
    dashboards: read.map(({ board: { uid, title }, panels }) => ({
      uid,
      title,
      panels: panels.length,
      empty: panels.filter((data) => knownValues(data).length === 0).map(({ panel }) => panel.title),
    })),
  }
}

/** One row after the other: Prometheus answers twenty questions at a time, and others ask it too. */
const readBoards = async (boards: readonly Board[], source: PreviewSource): Promise<readonly PreviewedBoard[]> => {
  const read: PreviewedBoard[] = []
  for (const board of boards) {
    const panels: PanelData[] = []
    for (const row of board.rows) {
      panels.push(...(await Promise.all(row.panels.map((panel) => readPanel(panel, board, source)))))
    }
    read.push({ board, panels })
  }
  return read
}

const requireAddress = (url: string, { environment: { name }, output }: PreviewRequest): void => {
  const flags = `--env ${name} --prometheus http://127.0.0.1:9090 --out ${quoteWord(output)}`
  const fix = [toType(`observability preview ${flags}`)]
  parsePrometheusAddress(url, { name: '--prometheus', outcome: 'usage', fix })
}

const chosenBoards = ({ dashboard, environment }: PreviewRequest): readonly Board[] => {
  const boards = boardsFor(renderTargetOf(environment))
  if (dashboard === null) return boards
  const wanted = boards.filter(({ uid, title }) => uid === dashboard || title === dashboard)
  if (wanted.length > 0) return wanted
  throw new ShopctlError({
    code: 'UNKNOWN_DASHBOARD',
    outcome: 'usage',
    what: `There is no dashboard "${dashboard}"; nothing was written.`,
    why: boards.map(({ uid, title }) => `${uid}  ${title}`),
    fix: [
      toType(`observability preview --env ${environment.name} --dashboard ${boards[0]?.uid ?? ''} --out preview.html`),
    ],
  })
}

const write = async (path: string, text: string): Promise<void> => {
  await writeFileAtomically(path, text).catch((cause: unknown) => {
    throw new ShopctlError({
      code: 'PREVIEW_NOT_WRITTEN',
      outcome: 'refused',
      what: `The page could not be written to ${path}; what was there is as it was.`,
      why: cause instanceof ShopctlError ? [...cause.why] : [String(cause)],
      fix: [`ls -ld ${quoteWord(path)} ${quoteWord(dirname(path))}`],
      cause,
    })
  })
}
