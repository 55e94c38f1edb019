import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { RenderedFile } from '../rendered-file.ts'

export type Intervals = {
  readonly scrapeSeconds: number
  readonly evaluationSeconds: number
  /** Alertmanager's `group_wait` and `group_interval`. */
  readonly groupSeconds: number
  /** How often faster the rules' windows and waits are; 1 leaves them as they are. */
  readonly timesFaster: number
}

export type Adaptation = {
  readonly targetsFile: string
  /** `127.0.0.1:9090`, its own address. */
  readonly prometheus: string
  /** `127.0.0.1:9093` */
  readonly alertmanager: string
  readonly intervals: Intervals
  /** Is told everything that a receiver is told, at its path `/<receiver>`; null leaves the receivers as they are. */
  readonly webhook: string | null
}

const loose = z.looseObject({})
const prometheusSchema = z.looseObject({ global: loose.optional(), scrape_configs: z.array(loose).default([]) })
const ruleSchema = z.looseObject({ expr: z.string(), for: z.string().optional() })
const ruleFileSchema = z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(ruleSchema) })) })

type Route = { readonly [key: string]: unknown; readonly routes?: readonly Route[] | undefined }
const routeSchema: z.ZodType<Route> = z.lazy(() => z.looseObject({ routes: z.array(routeSchema).optional() }))
const alertmanagerSchema = z.looseObject({
  route: routeSchema,
  receivers: z.array(z.looseObject({ name: z.string() })),
})

const adaptPrometheus = (text: string, { targetsFile, prometheus, alertmanager, intervals }: Adaptation): string => {
  const config = prometheusSchema.parse(parse(text))
  const scrape = { scrape_interval: `${intervals.scrapeSeconds}s`, scrape_timeout: `${intervals.scrapeSeconds}s` }
  return stringify({
    ...config,
    global: { ...config.global, ...scrape, evaluation_interval: `${intervals.evaluationSeconds}s` },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      ...(job.job_name === 'prometheus' ? { static_configs: [{ targets: [prometheus] }] } : {}),
      ...('scrape_interval' in job ? { scrape_interval: scrape.scrape_interval } : {}),
      ...('scrape_timeout' in job ? { scrape_timeout: scrape.scrape_timeout } : {}),
      ...('file_sd_configs' in job ? { file_sd_configs: [{ files: [targetsFile], refresh_interval: '1s' }] } : {}),
    })),
  })
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Two scrapes have to lie in a window, and one may come late. */
const shortestWindowScrapes = 4

const shortWindows = (expression: string, { timesFaster, scrapeSeconds }: Intervals): string =>
  expression.replaceAll(/\[(\d+)([smhd])\]/g, (_, count, unit) => {
    const seconds = (Number(count) * (unitSeconds[unit] ?? 1)) / timesFaster
    return `[${Math.ceil(Math.max(seconds, shortestWindowScrapes * scrapeSeconds))}s]`
  })

const shortWait = (wait: string, { timesFaster }: Intervals): string =>
  `${Math.ceil(Number.parseInt(wait, 10) / timesFaster)}s`

const adaptRules = (text: string, { intervals }: Adaptation): string => {
  const { groups, ...rest } = ruleFileSchema.parse(parse(text))
  const adapted = groups.map(({ rules, ...group }) => ({
    ...group,
    interval: `${intervals.evaluationSeconds}s`,
    rules: rules.map((rule) => ({
      ...rule,
      expr: shortWindows(rule.expr, intervals),
      // As rendered: whole seconds.
      ...(rule.for === undefined ? {} : { for: shortWait(rule.for, intervals) }),
    })),
  }))
  return stringify({ ...rest, groups: adapted })
}

const shortRoute = (route: Route, seconds: number): Route => ({
  ...route,
  group_wait: `${seconds}s`,
  group_interval: `${seconds}s`,
  ...(route.routes === undefined ? {} : { routes: route.routes.map((below) => shortRoute(below, seconds)) }),
})

/** The routes stay as they are rendered; only where a receiver's words go is another place. */
const adaptAlertmanager = (text: string, { intervals, webhook }: Adaptation): string => {
  const { route, receivers, ...rest } = alertmanagerSchema.parse(parse(text))
  const told = (name: string) => [{ url: `${webhook}/${encodeURIComponent(name)}`, send_resolved: true }]
  return stringify({
    ...rest,
    route: shortRoute(route, intervals.groupSeconds),
    receivers: webhook === null ? receivers : receivers.map(({ name }) => ({ name, webhook_configs: told(name) })),
  })
}

/** A rendered file for a test: short intervals, the test's own targets, Alertmanager and receiver. Nothing else changes. */
export const adaptFile = ({ path, text }: RenderedFile, adaptation: Adaptation): RenderedFile => {
  if (path === 'prometheus/prometheus.yml') return { path, text: adaptPrometheus(text, adaptation) }
  if (path === 'alertmanager/alertmanager.yml') return { path, text: adaptAlertmanager(text, adaptation) }
  if (/^prometheus\/rules\/.*\.yml$/.test(path)) return { path, text: adaptRules(text, adaptation) }
  return { path, text }
}
