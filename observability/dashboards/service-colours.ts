import { type ServiceName, serviceNames, services } from '../../services/registry.ts'

/**
 * One for each service, the same on every dashboard. People with any colour vision tell them apart (after Okabe and Ito,
 * "Color Universal Design", 2008), on white as on black.
 */
export const serviceColours: Readonly<Record<ServiceName, { readonly light: string; readonly dark: string }>> = {
  users: { light: '#0072b2', dark: '#56b4e9' },
  catalog: { light: '#009e73', dark: '#2bd4a2' },
  orders: { light: '#d55e00', dark: '#ff9350' },
}

/** The service that a series is about, by how its name begins: the service's own, or a pod's. */
export const serviceOfSeries = (name: string): ServiceName | null =>
  serviceNames.find((service) => seriesPattern(service).test(name)) ?? null

export const seriesPattern = (service: ServiceName): RegExp =>
  new RegExp(`^(${services[service].longName}|${service})(?![a-z])`)
