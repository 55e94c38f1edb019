import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { catalogService } from '../catalog/catalog-service.ts'
import { type ApiDocument, apiDocumentSchema } from '../kit/api-document-schema.ts'
import { createApp } from '../kit/app.ts'
import { createHealth } from '../kit/health.ts'
import { createLogger } from '../kit/logging.ts'
import { createMetrics } from '../kit/metrics.ts'
import type { Service } from '../kit/service.ts'
import { type CommonSettings, readSettings } from '../kit/settings.ts'
import { ordersService } from '../orders/orders-service.ts'
import type { ServiceName } from '../registry.ts'
import { usersService } from '../users/users-service.ts'
import { serviceSettings } from './service-settings.ts'

/** The API document of each service as it answers it, without a database: nothing is asked of one that only opens. */
export async function serviceDocuments(): Promise<Readonly<Record<ServiceName, ApiDocument>>> {
  const environment = serviceSettings({ usersUrl: 'http://127.0.0.1:9', catalogUrl: 'http://127.0.0.1:9' })
  return {
    users: await documentOf(usersService, environment.users),
    catalog: await documentOf(catalogService, environment.catalog),
    orders: await documentOf(ordersService, environment.orders),
  }
}

async function documentOf<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  environment: Readonly<Record<string, string>>,
): Promise<ApiDocument> {
  const { facts } = service
  const reading = readSettings(service.settings, {
    environment: { ...environment, DATABASE_URL: 'postgres://nowhere' },
    readFile: () => '',
  })
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults))
  const logger = createLogger({ service: facts.longName, version: 'test', level: 'silent' })
  const metrics = createMetrics()
  const database = withoutDatabase<Tables>()
  const now = () => new Date()
  const redis = async () => null
  const opened = await service.open({ facts, settings: reading.settings, logger, metrics, database, redis, now })
  try {
    const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
    const app = createApp({ facts, version: 'test', logger, metrics, health, routes: opened.routes })
    return apiDocumentSchema.parse(await (await app.request('/openapi.json')).json())
  } finally {
    await opened.close()
  }
}

function withoutDatabase<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
