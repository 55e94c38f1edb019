import { z } from '@hono/zod-openapi'
import { pageSchema } from '../../kit/pagination.ts'
import { booleanParameter, pageParameters, text, wholeNumberParameter } from '../../kit/query-parameters.ts'
import { isCleanText } from '../../kit/request-body.ts'

const priceAtMost = 1_000_000_000_000
const currencies = new Set(Intl.supportedValuesOf('currency'))
const notBlank = [/\S/, 'must not be blank'] as const

export const productIdParameter = z.object({
  id: z.uuid().openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-5a00-7000-8000-000000000001' }),
})

export const newProductSchema = z
  .strictObject({
    sku: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
      .openapi({ description: 'unique, whatever the case of its letters', example: 'KIT-0001' }),
    name: text({ least: 1, most: 200 })
      .regex(...notBlank)
      .openapi({ example: 'Cast iron pan, 26 cm' }),
    brand: text({ least: 1, most: 100 })
      .regex(...notBlank)
      .nullable()
      .default(null)
      .openapi({ example: 'Hearth' }),
    description: text({ least: 0, most: 10_000 }).default(''),
    price: z.int().min(0).max(priceAtMost).openapi({ description: 'in the minor unit of the currency', example: 4990 }),
    currency: z
      .string()
      .refine((code) => currencies.has(code), 'must be an ISO 4217 code in upper case')
      .openapi({ example: 'EUR' }),
    category_id: z.uuid(),
    image_key: text({ least: 1, most: 200 }).nullable().default(null),
  })
  .openapi('NewProduct')
export type NewProduct = z.output<typeof newProductSchema>

export const productSchema = z
  .object({
    id: z.uuid(),
    sku: z.string(),
    name: z.string(),
    brand: z.string().nullable(),
    description: z.string(),
    price: z.int(),
    currency: z.string(),
    category_id: z.uuid(),
    image_key: z.string().nullable(),
    active: z.boolean(),
    rating: z.object({ count: z.int(), average: z.number().nullable() }),
    version: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Product')
export type Product = z.output<typeof productSchema>

export const listedProductSchema = productSchema
  .extend({ available: z.int().openapi({ description: 'units that can be bought now' }) })
  .openapi('ListedProduct')
export const productPageSchema = pageSchema(listedProductSchema).openapi('ProductPage')

export const productSorts = ['created_at', '-created_at', 'price', '-price', 'name', '-name', 'relevance'] as const
export type ProductSort = (typeof productSorts)[number]

export const productListQuerySchema = z
  .strictObject({
    q: text({ least: 1, most: 200 })
      .refine(isCleanText, 'must be clean Unicode text')
      .optional()
      .openapi({ description: 'words, "a phrase", or, -without', example: 'iron pan' }),
    category: z.uuid().optional().openapi({ description: 'this category and all below it' }),
    price_min: wholeNumberParameter({ least: 0, most: priceAtMost }).optional(),
    price_max: wholeNumberParameter({ least: 0, most: priceAtMost }).optional(),
    in_stock: booleanParameter.optional(),
    sort: z
      .enum(productSorts)
      .optional()
      .openapi({ description: '`-` is descending; `relevance` with `q` only, where it is the default' }),
    ...pageParameters,
  })
  .refine(({ price_min = 0, price_max = priceAtMost }) => price_min <= price_max, {
    error: 'must not be above price_max',
    path: ['price_min'],
  })
  .refine(({ q, sort }) => sort !== 'relevance' || q !== undefined, { error: 'relevance needs q', path: ['sort'] })
export type ProductListQuery = z.output<typeof productListQuerySchema>
