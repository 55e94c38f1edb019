import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { catalogService } from '../catalog/catalog-service.ts'
import { commonSettings } from '../kit/settings.ts'
import { ordersService } from '../orders/orders-service.ts'
import { usersService } from '../users/users-service.ts'

type Shape = Readonly<Record<string, z.ZodType>>

const own = (shape: Shape): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([name]) => !(name in commonSettings)))

const shapes: Readonly<Record<string, Shape>> = {
  kit: commonSettings,
  users: own(usersService.settings.shape),
  catalog: own(catalogService.settings.shape),
  orders: own(ordersService.settings.shape),
}

test.each(Object.keys(shapes))('the table of settings of %s has each of its schema, with its default', (folder) => {
  const readme = readFileSync(new URL(`../${folder}/README.md`, import.meta.url), 'utf8')
  const shown = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)` \| ([^|]+) \| [^|\n]+ \|$/gm)]
  const wanted = Object.entries(shapes[folder] ?? {}).map(([name, schema]) => [name, withoutIt(schema)])
  expect(shown.map(([, name, value]) => [name, value])).toEqual(wanted)
})

/** What holds where nobody sets it, and where it may not be set. */
function withoutIt(schema: z.ZodType): string {
  const { refusedIn, onlyIn } = schema.meta() ?? {}
  const { success, data } = schema.safeParse(undefined)
  const value = data === undefined ? '–' : `\`${typeof data === 'object' ? JSON.stringify(data) : data}\``
  const place = [refusedIn && `never in ${refusedIn}`, onlyIn && `only in ${onlyIn}`].filter(Boolean)
  return [success ? value : 'required', ...place].join(', ')
}
