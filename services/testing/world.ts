import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { Answer, Sent, World } from './role-matrix.ts'
import type { Shop } from './shop.ts'

const objectSchema = z.record(z.string(), z.unknown())

/** Things to ask about. By SQL, so that a fault in one operation is a red cell and not the end of all others. */
export async function openWorld(shop: Shop): Promise<World> {
  const admin = await shop.callers.person('admin')
  const send: World['send'] = (service, request) => sendTo(shop.services[service].url, request)
  const category = async () => {
    const id = uuidV7(new Date())
    await sql`insert into categories (id, name) values (${id}, ${`Things ${id}`})`.execute(shop.catalog)
    return { id, tag: '"1"' }
  }
  const shared = (await category()).id
  const stocked = async (quantity: number) => {
    const id = uuidV7(new Date())
    await sql`insert into products (id, sku, name, description, price, currency, category_id)
      values (${id}, ${id}, 'Thing', '', 100, 'EUR', ${shared})`.execute(shop.catalog)
    await sql`insert into inventory (product_id, quantity, location) values (${id}, ${quantity}, 'main')`.execute(
      shop.catalog,
    )
    if (quantity > 0) {
      await sql`insert into inventory_movements (product_id, delta, reason) values (${id}, ${quantity}, 'adjust')`.execute(
        shop.catalog,
      )
    }
    return id
  }
  const product = async () => {
    const id = await stocked(0)
    const { headers } = await send('catalog', { method: 'GET', path: `/api/v1/products/${id}`, as: admin })
    return { id, tag: headers.get('etag') ?? '' }
  }
  return { shop, admin, send, category, product, stocked }
}

export const newProduct = (categoryId: string) => ({
  sku: `T-${randomUUID()}`,
  name: 'A thing',
  price: 100,
  currency: 'EUR',
  category_id: categoryId,
})

/** One request as its caller. */
export async function sendTo(url: string, { method, path, as, body, headers = {} }: Sent): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method,
    redirect: 'manual',
    headers: {
      ...(as.authorization === null ? {} : { authorization: as.authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {}
  return objectSchema.parse(JSON.parse(text))
}
