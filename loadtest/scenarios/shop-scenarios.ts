import type { Scenario } from '../engine/scenario/scenario.ts'
import { catalogScenario } from './catalog.ts'
import { ordersScenario } from './orders.ts'
import { createShopHttp } from './shop-http.ts'
import { type ScenarioName, shopSettingsSchema } from './shop-settings.ts'
import { usersScenario } from './users.ts'

/** What customers do, in the weights of section L. Throws a ZodError where the settings are of another form. */
export const createScenarios = (value: unknown): readonly Scenario[] => {
  const settings = shopSettingsSchema.parse(value)
  const { data } = settings
  const shop = createShopHttp(settings)
  const made = (name: ScenarioName): Scenario => {
    if (name === 'catalog') return catalogScenario(shop, data)
    if (data === null) throw new TypeError(`${name} makes accounts and orders, and nothing may be made`)
    return name === 'users' ? usersScenario(shop, data) : ordersScenario(shop, data)
  }
  return settings.scenarios.map(made)
}

/** Of these scenarios, before anything is made for them. */
export const plannedScenarios = (
  scenarios: readonly ScenarioName[],
  making: 'makes data' | 'only looks',
): readonly Scenario[] => {
  const nobody = { email: '', token: '', endsAtEpochMilliseconds: 0 }
  const planned = { run: '', password: '', accounts: [nobody], products: [{ id: '', name: '' }] }
  return createScenarios({ scenarios, headers: {}, limitKey: null, data: making === 'makes data' ? planned : null })
}
