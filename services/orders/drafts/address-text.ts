import { type RawBuilder, sql } from 'kysely'
import type { Address } from '../order-contract.ts'

/** As a column has it. */
export const addressText = (address: Address | undefined): RawBuilder<unknown> =>
  sql`${address === undefined ? null : JSON.stringify(address)}::jsonb`
