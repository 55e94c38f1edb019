import { z } from 'zod'
import { commonSettings } from '../kit/settings.ts'
import { type ServiceName, serviceNames } from '../registry.ts'

/** Where requests from service to service arrive: a loopback address that stays while releases come and go. */
export type InternalAddress = { readonly service: ServiceName; readonly host: string; readonly port: number }

const serviceName = z.enum(serviceNames)

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be decimal digits')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be at most 65535')

const internalAddresses = z.string().transform((text, context): readonly InternalAddress[] => {
  const entries = text.split(',').filter((entry) => entry !== '')
  const addresses = entries.map(parseInternalAddress).filter((address) => address !== null)
  const services = new Set(addresses.map((address) => address.service))
  if (addresses.length === entries.length && services.size === entries.length) return addresses
  context.addIssue({ code: 'custom', message: 'must be a list of service=host:port, each service once' })
  return z.NEVER
})

const settings = z.object({
  PORT: port.default(8080).meta({ example: '8080' }),
  HOST: z.string().min(1).default('127.0.0.1').meta({ example: '127.0.0.1' }),
  EDGE_INTERNAL: internalAddresses.default([]).meta({ example: 'users=127.0.0.1:41010,catalog=127.0.0.1:41011' }),
  /** Without a control port the routes are those of the start. */
  EDGE_CONTROL_PORT: port.optional().meta({ example: '41000' }),
  EDGE_CONTROL_TOKEN: z.string().min(16, 'must have at least 16 characters').optional().meta({ example: '…' }),
  EDGE_ROUTES_FILE: z.string().min(1).meta({ example: '.shopctl/routes.json' }),
  /** A replacement shares the ports with the edge that runs; a first one refuses ports that anything listens on. */
  EDGE_START: z.enum(['first', 'replacement']).default('first').meta({ example: 'first' }),
  TRUSTED_PROXY_HOPS: z.string().regex(/^\d$/, 'must be one digit').transform(Number).default(0).meta({ example: '0' }),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info').meta({ example: 'info' }),
  NAMESPACE: z.string().optional().meta({ example: 'shop' }),
  POD_NAME: z.string().optional().meta({ example: 'edge-7d9f-x2x9k' }),
  SERVICE_VERSION: z.string().min(1).default('unversioned').meta({ example: '1.4.0' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: commonSettings.OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_TRACES_SAMPLER_ARG: commonSettings.OTEL_TRACES_SAMPLER_ARG,
})

/** The edge's settings; each may also be given as NAME_FILE. */
export const edgeSettings = settings
  .refine(({ EDGE_CONTROL_PORT, EDGE_CONTROL_TOKEN }) => EDGE_CONTROL_PORT === undefined || EDGE_CONTROL_TOKEN, {
    path: ['EDGE_CONTROL_TOKEN'],
    error: 'is required where EDGE_CONTROL_PORT is given',
    when: () => true,
  })
  .refine(({ EDGE_CONTROL_PORT, EDGE_CONTROL_TOKEN }) => EDGE_CONTROL_PORT !== undefined || !EDGE_CONTROL_TOKEN, {
    path: ['EDGE_CONTROL_PORT'],
    error: 'is required where EDGE_CONTROL_TOKEN is given',
    when: () => true,
  })

export type EdgeSettings = z.output<typeof edgeSettings>

function parseInternalAddress(entry: string): InternalAddress | null {
  const match = /^(?<service>\w+)=(?<host>[^:]+|\[[0-9a-f:]+\]):(?<port>\d{1,5})$/.exec(entry)
  const service = serviceName.safeParse(match?.groups?.service)
  const portNumber = Number(match?.groups?.port ?? Number.NaN)
  if (!service.success || !(portNumber <= 65_535)) return null
  return { service: service.data, host: (match?.groups?.host ?? '').replace(/[[\]]/g, ''), port: portNumber }
}
