import type { Client } from 'pg'
import { z } from 'zod'
import type { Table } from './database-facts.ts'

const contentSchema = z.object({ rows: z.string().transform(Number), high: z.string(), low: z.string() })

export type Content = { readonly rows: number; readonly checksum: string }

/** Half of a row's SHA-256 that counts, as a number; modulo 2^64 the sum stays one of 64 bits. */
const summed = (from: 1 | 9): string =>
  `(coalesce(sum(('x' || encode(substring(hash from ${from} for 8), 'hex'))::bit(64)::bigint::numeric), 0)
    % 18446744073709551616 + 18446744073709551616) % 18446744073709551616`

/**
 * How many rows and which, in any order: the sum of the hashes of their texts, which a row that is there twice changes
 * too. Generated columns count, though they are not dumped: what computes them is part of what must come back.
 */
export const contentQuery = ({ name, columns }: Table): string => {
  const row = columns.map((column) => `t.${column.name}`).join(', ')
  return `select count(*)::text as rows, (${summed(1)})::text as high, (${summed(9)})::text as low
    from (select sha256(convert_to(row(${row})::text, 'UTF8')) as hash from ${name} t) hashes`
}

/** Far above what a table of a laptop takes. */
const contentMilliseconds = 600_000

export const fetchContent = async (client: Client, table: Table): Promise<Content> => {
  const question = { text: contentQuery(table), query_timeout: contentMilliseconds }
  const { rows, high, low } = contentSchema.parse((await client.query(question)).rows[0])
  const inHexadecimal = (half: string) => BigInt(half).toString(16).padStart(16, '0')
  return { rows, checksum: inHexadecimal(high) + inHexadecimal(low) }
}
