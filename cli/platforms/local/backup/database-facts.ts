import type { Client } from 'pg'
import { z } from 'zod'

/** Text of rows must not hang on who asks: the checksums of two servers are compared. */
export const sameWords = `
  set datestyle to 'ISO, YMD'; set timezone to 'UTC'; set intervalstyle to 'postgres';
  set extra_float_digits to 1; set bytea_output to 'hex'; set client_encoding to 'UTF8'; set search_path to public`

/** One identifier as quote_ident() writes it. It stands in statements as it is, and nothing else may. */
const identifier = '(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")'
const nameOf = (what: string, pattern: string) =>
  z.string().regex(new RegExp(`^${pattern}$`), { error: `this is not the name of a ${what}` })

export const tableSchema = z.object({
  /** Quoted where it must be, as PostgreSQL itself writes it: `public.orders`. */
  name: nameOf('table', String.raw`${identifier}\.${identifier}`),
  /** In one order whatever the table's own is, which hangs on its history. */
  columns: z.array(z.object({ name: nameOf('column', identifier), generated: z.boolean() })),
})
export type Table = z.infer<typeof tableSchema>

export const sequenceSchema = z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })
export type Sequence = z.infer<typeof sequenceSchema>

const ours = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'`

/** What an extension brings comes with the extension. */
const notOfAnExtension = (oid: string): string =>
  `not exists (select from pg_depend e where e.objid = ${oid} and e.deptype = 'e')`

const tablesQuery = `
  select format('%I.%I', n.nspname, c.relname) as name,
    (select coalesce(json_agg(json_build_object('name', quote_ident(a.attname), 'generated', a.attgenerated <> '')
        order by a.attname), '[]')
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and ${ours} and ${notOfAnExtension('c.oid')} order by 1`

export const fetchTables = async (client: Client): Promise<readonly Table[]> =>
  z.array(tableSchema).parse((await client.query(tablesQuery)).rows)

const sequencesQuery = `
  select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${ours} order by 1`

/** Sequences are in no snapshot: they may be ahead of the rows, as in every dump of PostgreSQL, never behind them. */
export const fetchSequences = async (client: Client): Promise<readonly Sequence[]> => {
  const names = z.array(z.object({ name: z.string() })).parse((await client.query(sequencesQuery)).rows)
  const sequences: Sequence[] = []
  for (const { name } of names) {
    const values = `select last_value::text as "lastValue", is_called as "isCalled" from ${name}`
    const [row] = (await client.query(values)).rows
    sequences.push(sequenceSchema.parse({ name, ...row }))
  }
  return sequences
}

/** `not null` became a constraint of its own in 18: it is told with its column. */
const definitionsQuery = `
  select format('column %I.%I.%I', n.nspname, c.relname, a.attname) as name,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
      nullif(a.attidentity::text, ''), nullif(a.attgenerated::text, ''), pg_get_expr(d.adbin, d.adrelid)) as definition
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and ${ours}
  union all select format('constraint %I on %s', o.conname, o.conrelid::regclass), pg_get_constraintdef(o.oid)
  from pg_constraint o join pg_namespace n on n.oid = o.connamespace
  where o.conrelid <> 0 and o.contype <> 'n' and ${ours}
  union all select format('index %I.%I', n.nspname, c.relname), pg_get_indexdef(c.oid)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'i' and ${ours}
  union all select format('trigger %I on %s', t.tgname, t.tgrelid::regclass), pg_get_triggerdef(t.oid)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where not t.tgisinternal and ${ours}
  union all select format('function %s', p.oid::regprocedure), pg_get_functiondef(p.oid)
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prokind in ('f', 'p') and ${ours}
    and ${notOfAnExtension('p.oid')}
  union all select format('view %I.%I', n.nspname, c.relname), pg_get_viewdef(c.oid)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and ${ours}
    and ${notOfAnExtension('c.oid')}
  order by 1`

const definitionSchema = z.object({ name: z.string(), definition: z.string() })

/** Columns, constraints, indexes, triggers, functions and views: name → what PostgreSQL says of it. */
export const fetchDefinitions = async (client: Client): Promise<Readonly<Record<string, string>>> => {
  const rows = z.array(definitionSchema).parse((await client.query(definitionsQuery)).rows)
  return Object.fromEntries(rows.map(({ name, definition }) => [name, definition]))
}

export const fetchMajor = async (client: Client): Promise<number> => {
  const [row] = (await client.query(`select current_setting('server_version_num')::int / 10000 as major`)).rows
  return z.object({ major: z.number() }).parse(row).major
}

/** The migrations that a service's own record names; none where it was never migrated. */
export const fetchMigrations = async (client: Client): Promise<readonly string[]> => {
  const [found] = (await client.query(`select to_regclass('public.service_migrations') is not null as there`)).rows
  if (!z.object({ there: z.boolean() }).parse(found).there) return []
  const { rows } = await client.query('select name from public.service_migrations order by name')
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name)
}
