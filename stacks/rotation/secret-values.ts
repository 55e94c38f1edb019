import * as z from 'zod/mini'
import { RotationFailed } from './rotation-failed.ts'

/** Names go into SQL as they are: of these letters no keyword of ours can be made, and nothing needs quotes. */
const identifier = z.string().check(z.regex(/^[a-z][a-z0-9_]{0,40}$/))
const word = z.string().check(z.minLength(1))
const port = z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d{1,5}$/)), z.transform(Number))])

/** `database-users` and its like. What else is in it is kept as it is. */
const databaseSchema = z.looseObject({
  host: word,
  port: z._default(port, 5432),
  dbname: identifier,
  username: word,
  password: word,
  migration_username: z.optional(word),
  migration_password: z.optional(word),
  /** The secret of the server's master, who makes databases and roles. */
  masterarn: word,
  /** As in a PostgreSQL URL; `disable` is for a server that is only reached on its own machine. */
  sslmode: z.optional(word),
})
export type DatabaseSecret = z.infer<typeof databaseSchema>

const masterSchema = z.object({ username: word, password: word })
export type MasterSecret = z.infer<typeof masterSchema>

const key = z.looseObject({ kty: word, kid: word })
const keysSchema = z.union([
  z.array(key),
  z.pipe(
    z.object({ keys: z.array(key) }),
    z.transform(({ keys }) => keys),
  ),
])
export type SigningKey = z.infer<typeof key>

const parse = <Value>(schema: z.ZodMiniType<Value>, text: string, what: string): Value => {
  const parsed = schema.safeParse(parsedOrNull(text))
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole')
  throw new RotationFailed(`${what} has another form: ${[...new Set(places)].join(', ')}`)
}

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The error would quote the text.
    return null
  }
}

export const parseDatabaseSecret = (text: string): DatabaseSecret => parse(databaseSchema, text, 'the secret')
export const parseMasterSecret = (text: string): MasterSecret => parse(masterSchema, text, "the master's secret")
export const parseSigningKeys = (text: string): readonly SigningKey[] => parse(keysSchema, text, 'the key set')
