import { z } from 'zod'
import { scopeSchema, scopeText } from '../result/scope.ts'

/** What may not be reached, and what has to be passed; both strictly, as "p95 < 500 ms" and "> 1000 requests/s" say. */
export const measures = {
  p50Milliseconds: { bound: 'below', unit: 'ms', label: 'p50' },
  p95Milliseconds: { bound: 'below', unit: 'ms', label: 'p95' },
  p99Milliseconds: { bound: 'below', unit: 'ms', label: 'p99' },
  errorShare: { bound: 'below', unit: '%', label: 'errors' },
  requestsPerSecond: { bound: 'above', unit: 'requests/s', label: 'throughput' },
  availability: { bound: 'above', unit: '%', label: 'availability' },
} as const

export type Measure = keyof typeof measures

export const objectiveSchema = z.object({
  scope: scopeSchema,
  measure: z.enum([
    'p50Milliseconds',
    'p95Milliseconds',
    'p99Milliseconds',
    'errorShare',
    'requestsPerSecond',
    'availability',
  ]),
  /** Milliseconds, a share of 1, or requests a second. */
  target: z.number().nonnegative(),
})
export type Objective = z.infer<typeof objectiveSchema>

/** `3.2 ms`, `0.4 %` */
export const measureText = (measure: Measure, value: number): string => {
  const { unit } = measures[measure]
  const figure = unit === '%' ? value * 100 : value
  return `${Number(figure.toPrecision(4))} ${unit}`
}

/** `p95 of endpoint search < 500 ms` */
export const objectiveText = ({ scope, measure, target }: Objective): string => {
  const { bound, label } = measures[measure]
  return `${label} of ${scopeText(scope)} ${bound === 'below' ? '<' : '>'} ${measureText(measure, target)}`
}
