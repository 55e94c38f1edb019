import { foreignMetrics } from './foreign-metrics.ts'
import type { Metric } from './metric.ts'
import { runtimeMetrics, serviceMetrics } from './service-metrics.ts'

/** Every metric that a rule, a dashboard or a command may name. */
export const metricCatalogue: readonly Metric[] = [...serviceMetrics, ...runtimeMetrics, ...foreignMetrics]
