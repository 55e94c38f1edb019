import { z } from 'zod'
import { accessToken, createTokenVerifier, remoteKeys } from '../kit/authentication.ts'
import { createCursors } from '../kit/pagination.ts'
import type { Service } from '../kit/service.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { services } from '../registry.ts'
import { catalogRoutes } from './catalog-routes.ts'
import { catalogMigration } from './migrations/0001-catalog.ts'
import { inventoryMigration } from './migrations/0002-inventory.ts'
import type { CatalogTables } from './schema.ts'

const settingsSchema = z.object({
  ...commonSettings,
  USERS_URL: httpUrl.meta({ example: 'http://user-management:8080' }),
  TOKEN_ISSUER: z.string().min(1).default(accessToken.issuer).meta({ example: accessToken.issuer }),
  /** Signs list cursors. Without it the key comes from DATABASE_URL, which all replicas share. */
  CURSOR_KEY: z.string().min(32).optional().meta({ example: 'at least 32 random characters' }),
})

export const catalogMigrations = [catalogMigration, inventoryMigration] as const

export const catalogService: Service<z.output<typeof settingsSchema>, CatalogTables> = {
  facts: services.catalog,
  settings: settingsSchema,
  migrations: catalogMigrations,
  bodyLimits: { '/api/v1/products': 128 * 1024 },

  async open({ settings, database, metrics, now }) {
    const keys = remoteKeys(settings.USERS_URL)
    const verify = createTokenVerifier({ keys, issuer: settings.TOKEN_ISSUER, now })
    const cursors = createCursors(settings.CURSOR_KEY ?? settings.DATABASE_URL)
    const routes = catalogRoutes({ database, metrics, verify, cursors, newId: () => uuidV7(now()) })
    return { routes, close: async () => undefined }
  },

  async seed({ database }) {
    const { seedCatalog } = await import('./demo/seed-catalog.ts')
    return seedCatalog(database)
  },
}
