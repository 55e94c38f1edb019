import { z } from 'zod'

export const scenarioNames = ['users', 'catalog', 'orders'] as const
export type ScenarioName = (typeof scenarioNames)[number]

const loggedInSchema = z.object({
  email: z.string(),
  token: z.string(),
  /** Of the token, by the system's clock. */
  endsAtEpochMilliseconds: z.number(),
})
export type LoggedIn = z.infer<typeof loggedInSchema>

/** What the scenarios are told; as JSON it goes to every worker. */
export const shopSettingsSchema = z.object({
  scenarios: z.array(z.enum(scenarioNames)).min(1),
  /** With each request: what the entry point asks for. */
  headers: z.record(z.string(), z.string()),
  /** Of the services, for a load test to be more than one client; null where they have none. */
  limitKey: z.string().nullable(),
  /** Null where nothing may be made: then customers only look. */
  data: z
    .object({
      /** Names what the run makes, so that it can be found and removed. */
      run: z.string(),
      /** Of all accounts of the run. */
      password: z.string(),
      /** Customers who are there and logged in before the run: what a login costs is asked of one scenario only. */
      accounts: z.array(loggedInSchema).min(1),
      products: z.array(z.object({ id: z.string(), name: z.string() })).min(1),
    })
    .nullable(),
})
export type ShopSettings = z.infer<typeof shopSettingsSchema>
export type RunData = NonNullable<ShopSettings['data']>
