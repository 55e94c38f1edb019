import { z } from 'zod'

/** As Prometheus writes numbers: `NaN`, `+Inf` and `-Inf` are words of its own. */
const readValue = (text: string): number => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return Number(text)
}

const valueText = z.string().regex(/^(NaN|[+-]Inf|[+-]?[\d.]+(e[+-]?\d+)?)$/i)
const point = z.tuple([z.number(), valueText]).transform(([atSeconds, text]) => ({ atSeconds, value: readValue(text) }))
const labels = z.record(z.string(), z.string())

export type Labels = Readonly<Record<string, string>>

/** One series at one moment; `value` may be NaN or infinite, as a share of nothing is. */
export type Sample = { readonly labels: Labels; readonly atSeconds: number; readonly value: number }

export type Point = { readonly atSeconds: number; readonly value: number }

/** One series over time, oldest point first. */
export type Series = { readonly labels: Labels; readonly points: readonly Point[] }

export const instantSchema = z.union([
  z
    .object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: point })) })
    .transform(({ result }): readonly Sample[] => result.map(({ metric, value }) => ({ labels: metric, ...value }))),
  z
    .object({ resultType: z.literal('scalar'), result: point })
    .transform(({ result }): readonly Sample[] => [{ labels: {}, ...result }]),
])

export const rangeSchema = z
  .object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: labels, values: z.array(point) })) })
  .transform(({ result }): readonly Series[] =>
    result.map(({ metric, values }) => ({ labels: metric, points: values })),
  )

export const seriesSchema = z.array(labels)

export const alertsSchema = z
  .object({
    alerts: z.array(
      z.object({
        labels,
        annotations: labels.default({}),
        state: z.enum(['pending', 'firing', 'inactive']),
        activeAt: z.iso.datetime({ offset: true }).nullish(),
      }),
    ),
  })
  .transform(({ alerts }) => alerts.map(({ activeAt, ...alert }) => ({ ...alert, activeAt: activeAt ?? null })))

export type PrometheusAlert = z.infer<typeof alertsSchema>[number]

export const targetsSchema = z
  .object({
    activeTargets: z.array(
      z.object({
        labels,
        scrapeUrl: z.string(),
        health: z.enum(['up', 'down', 'unknown']),
        lastError: z.string().default(''),
      }),
    ),
  })
  .transform(({ activeTargets }) => activeTargets)

export type PrometheusTarget = z.infer<typeof targetsSchema>[number]

/** Around every answer, also around a refusal. */
export const envelopeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
])
