import { type ServiceName, serviceNames, services } from '../../../services/registry.ts'

export type PublicTarget = { readonly service: ServiceName; readonly target: string }

const serviceDoors: ReadonlyMap<string, PublicTarget> = new Map(
  serviceNames.flatMap((service): [string, PublicTarget][] => [
    [`/health/${service}`, { service, target: '/health' }],
    [`/docs/${service}`, { service, target: '/docs' }],
    [`/openapi/${service}.json`, { service, target: '/openapi.json' }],
  ]),
)

/** Which service a public request goes to and what it asks there, as services/edge decides it; null for any other. */
export const publicPath = (requestTarget: string): PublicTarget | null => {
  const [path = ''] = requestTarget.split('?', 1)
  const door = serviceDoors.get(path)
  if (door !== undefined) return requestTarget === path ? door : null
  const service = serviceNames.find((name) =>
    services[name].routes.some((route) => path === route || path.startsWith(`${route}/`)),
  )
  return service === undefined ? null : { service, target: requestTarget }
}
