import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { nameSchema } from '../../kit/name-schema.ts'
import { pageSchema } from '../../kit/pagination.ts'
import { booleanParameter, pageParameters, text, wholeNumberParameter } from '../../kit/query-parameters.ts'
import { isCleanText } from '../../kit/request-body.ts'

const priceAtMost = 1_000_000_000_000
const currencies = new Set(Intl.supportedValuesOf('currency'))
/** Nothing that a browser, a shell or a path would take for more than a name: no scheme, no `..`, no control character. */
const objectKey = /^[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*$/

export const productIdParameter = z.object({
  id: idSchema.openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-5a00-7000-8000-000000000001' }),
})

export const newProductSchema = z
  .strictObject({
    sku: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
      .openapi({ description: 'unique, whatever the case of its letters', example: 'KIT-0001' }),
    name: nameSchema(200).openapi({ example: 'Cast iron pan, 26 cm' }),
    brand: nameSchema(100).nullable().default(null).openapi({ example: 'Hearth' }),
    description: text({ least: 0, most: 10_000 }).default(''),
    price: z.int().min(0).max(priceAtMost).openapi({ description: 'in the minor unit of the currency', example: 4990 }),
    currency: z
      .string()
      .refine((code) => currencies.has(code), 'must be an ISO 4217 code in upper case')
      .openapi({ example: 'EUR' }),
    category_id: idSchema,
    image_key: text({ least: 1, most: 200 })
      .regex(objectKey, 'must be names of letters, digits, dashes and underscores, with a dot or a slash between')
      .nullable()
      .default(null)
      .openapi({
        description: 'of the object in the bucket of images; never an address',
        example: 'pans/KIT-0001.webp',
      }),
  })
  .openapi('NewProduct')
export type NewProduct = z.output<typeof newProductSchema>

export const changedProductSchema = newProductSchema
  .extend({ active: z.boolean().default(true).openapi({ description: 'false: not to be seen or bought for now' }) })
  .openapi('ChangedProduct')
export type ChangedProduct = z.output<typeof changedProductSchema>

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
export const relatedQuerySchema = z.strictObject({
  limit: wholeNumberParameter({ least: 1, most: 24 })
    .default(12)
    .openapi({ type: 'integer', minimum: 1, maximum: 24, default: 12, description: 'products at most' }),
})
export const relatedProductsSchema = z.object({ data: z.array(listedProductSchema) }).openapi('RelatedProducts')
export const productPageSchema = pageSchema(listedProductSchema).openapi('ProductPage')

export const productSorts = ['created_at', '-created_at', 'price', '-price', 'name', '-name', 'relevance'] as const
export type ProductSort = (typeof productSorts)[number]

export const productListQuerySchema = z
  .strictObject({
    q: text({ least: 1, most: 200 })
      .regex(/\S/, 'must not be blank')
      .refine(isCleanText, 'must be clean Unicode text')
      .optional()
      .openapi({ description: 'words, "a phrase", or, -without; or a SKU', example: 'iron pan' }),
    category: idSchema.optional().openapi({ description: 'this category and all below it' }),
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
