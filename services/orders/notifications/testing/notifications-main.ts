import { z } from 'zod'
import { envelopeSchema } from '../../../kit/bus/envelope.ts'
import { createRoutes } from '../../../kit/routes.ts'
import { runService } from '../../../kit/run-service.ts'
import type { Service } from '../../../kit/service.ts'
import { commonSettings, httpUrl } from '../../../kit/settings.ts'
import { services } from '../../../registry.ts'
import { notificationSettings } from '../notification-settings.ts'
import { notificationMigrations, openTestNotifications } from './test-notifications.ts'

const settingsSchema = z.object({ ...commonSettings, USERS_URL: httpUrl, ...notificationSettings })

/** What orders tell to people as a process of its own; an event comes as a request in place of the bus. */
const service: Service<z.output<typeof settingsSchema>, unknown> = {
  facts: services.orders,
  settings: settingsSchema,
  migrations: notificationMigrations,
  requestLimit: { perMinute: null, alwaysLimited: [] },

  async open({ settings, ...context }) {
    const {
      deliver,
      consumers: _,
      ...open
    } = openTestNotifications({
      ...context,
      settings,
      usersUrl: settings.USERS_URL,
    })
    const routes = createRoutes()
    routes.post('/events', async (c) => {
      await deliver(envelopeSchema.parse(await c.req.json()))
      return c.body(null, 204)
    })
    return { routes, ...open }
  },
}

await runService(service)
