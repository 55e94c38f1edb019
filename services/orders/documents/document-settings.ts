import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type ObjectStorePlace, objectStoreUrl } from '../../kit/object-store/object-store-url.ts'
import type { InvoiceSeller } from './invoice-snapshot.ts'

const line = z.string().trim().min(1).max(300)
const lines = z
  .string()
  .transform((text) => text.split('|').map((part) => part.trim()))
  .pipe(z.array(line).min(1).max(8))

/** Where documents go, and who sells. What is left out is for demonstrations; documentRules() says where it may be. */
export const documentSettings = {
  DOCUMENTS_URL: objectStoreUrl.optional().meta({ example: 's3://shop-prod-order-documents-123456789012/shop' }),
  SELLER_NAME: line.optional().meta({ example: 'Shop GmbH' }),
  SELLER_ADDRESS: lines.optional().meta({ example: 'Hauptstraße 1 | 10115 Berlin' }),
  SELLER_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters')
    .optional()
    .meta({ example: 'DE' }),
  SELLER_TAX_ID: line.optional().meta({ example: 'DE123456789' }),
}

export type DocumentSettings = z.output<z.ZodObject<typeof documentSettings>>

const sellerNames = ['SELLER_NAME', 'SELLER_ADDRESS', 'SELLER_COUNTRY', 'SELLER_TAX_ID'] as const
const given = z.looseObject({ SHOP_ENV: z.string(), DOCUMENTS_URL: z.looseObject({ kind: z.string() }).optional() })
const onOneMachine = ['test', 'local']

/** Adds to a schema with these settings: invoices of prod are in S3 and name a real seller. */
export function documentRules<Schema extends z.ZodObject>(schema: Schema): Schema {
  const rule = (name: string, error: string) => ({ path: [name], error, when: () => true })
  const judged = (judge: (settings: z.output<typeof given>) => boolean) => (settings: unknown) => {
    const { success, data } = given.safeParse(settings)
    return !success || judge(data)
  }
  const stored = schema
    .refine(
      judged(({ SHOP_ENV, DOCUMENTS_URL }) => DOCUMENTS_URL !== undefined || onOneMachine.includes(SHOP_ENV)),
      rule('DOCUMENTS_URL', 'is required'),
    )
    .refine(
      judged(({ SHOP_ENV, DOCUMENTS_URL }) => SHOP_ENV !== 'prod' || DOCUMENTS_URL?.kind !== 'file'),
      rule('DOCUMENTS_URL', 'must start with s3:// where SHOP_ENV is prod'),
    )
  return sellerNames.reduce(
    (ruled, name) =>
      ruled.refine(
        judged((settings) => settings.SHOP_ENV !== 'prod' || settings[name] !== undefined),
        rule(name, 'is required where SHOP_ENV is prod'),
      ),
    stored,
  )
}

/** Without the setting: a directory that this machine may empty. */
export const documentPlace = ({ DOCUMENTS_URL }: DocumentSettings): ObjectStorePlace =>
  DOCUMENTS_URL ?? { kind: 'file', directory: join(tmpdir(), 'shop-documents') }

/** Says of itself that it is no seller where the settings name none. */
export function sellerOf(settings: DocumentSettings): InvoiceSeller {
  return {
    name: settings.SELLER_NAME ?? 'Shop (demonstration)',
    address_lines: settings.SELLER_ADDRESS ?? ['1 Example Street', '12345 Example City'],
    country: settings.SELLER_COUNTRY ?? 'DE',
    tax_id: settings.SELLER_TAX_ID ?? 'none (demonstration)',
  }
}
