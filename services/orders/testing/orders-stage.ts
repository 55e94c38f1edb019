import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { there } from '../../kit/testing/there.ts'
import type { CatalogStandIn } from './catalog-stand-in.ts'
import { type OrdersApp, type OrdersFixture, ordersFixture, type User } from './orders-fixture.ts'
import { shopping } from './shopping.ts'

export type OrdersStage = {
  readonly fixture: OrdersFixture
  readonly catalog: CatalogStandIn
  readonly app: OrdersApp
  /** Whom no test before has known. */
  readonly customer: User
  /** The customer, at the app. */
  readonly shop: ReturnType<typeof shopping>
}

/** A file's database, and before each of its tests an app, a customer, and a catalog that is well. */
export function ordersStage(): OrdersStage {
  let fixture: OrdersFixture | undefined
  let scene: { readonly app: OrdersApp; readonly customer: User } | undefined
  const open = () => there(fixture)

  beforeAll(async () => {
    fixture = await ordersFixture()
  })
  afterAll(() => fixture?.close())
  beforeEach(async () => {
    open().catalog.disturb(() => undefined)
    open().catalog.forget()
    scene = { customer: await open().signIn(), app: await open().openApp() }
  })
  afterEach(() => scene?.app.close())

  return {
    get fixture() {
      return open()
    },
    get catalog() {
      return open().catalog
    },
    get app() {
      return there(scene).app
    },
    get customer() {
      return there(scene).customer
    },
    get shop() {
      const { app, customer } = there(scene)
      return shopping(app, customer)
    },
  }
}
