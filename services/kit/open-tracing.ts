import type { ServiceFacts } from '../registry.ts'
import type { CommonSettings } from './settings.ts'
import type { Tracing } from './trace-span.ts'

export type TracingSettings = Partial<Pick<CommonSettings, 'SHOP_ENV'>> &
  Pick<
    CommonSettings,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG' | 'SERVICE_VERSION' | 'NAMESPACE' | 'POD_NAME'
  >

/** Undefined, and none of its code loaded, where no collector is set. */
export async function openTracing(
  facts: Pick<ServiceFacts, 'longName'>,
  settings: TracingSettings,
): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = settings
  if (endpoint === undefined) return undefined
  const { startTracing } = await import('./tracing.ts')
  return startTracing({
    endpoint,
    ratio,
    resource: {
      'service.name': facts.longName,
      'service.version': settings.SERVICE_VERSION,
      'deployment.environment.name': settings.SHOP_ENV,
      'k8s.namespace.name': settings.NAMESPACE,
      'k8s.pod.name': settings.POD_NAME,
    },
  })
}
