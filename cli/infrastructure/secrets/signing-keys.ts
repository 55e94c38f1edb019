import { z } from 'zod'
import { newSigningKeys } from '../../platforms/new-secrets.ts'

/** Private keys as JWKs, the one that signs first. What else is in one of them is kept. */
const key = z.looseObject({ kid: z.string().min(1) })
const schema = z.union([z.array(key).min(1), z.object({ keys: z.array(key).min(1) }).transform(({ keys }) => keys)])

export type SigningKey = z.infer<typeof key>

/** A token is good for 15 minutes, and half a minute more by another clock; the rest is for a pod that ends slowly. */
export const tokenSeconds = 900 + 30 + 60

/** As many as the rotation function keeps: with one more it would drop a key that pods may still sign with. */
export const mostKeys = 3

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Null where the text is of another form. */
export const parseSigningKeys = (text: string): readonly SigningKey[] | null =>
  schema.safeParse(parsedOrNull(text)).data ?? null

/** The same keys behind a new one: what was signed before stays good. */
export const withNewKey = (keys: readonly SigningKey[]): readonly SigningKey[] => [
  ...(parseSigningKeys(newSigningKeys()) ?? []),
  ...keys,
]

export type FinishVerdict =
  | { readonly may: 'yes' }
  /** There is one key only. */
  | { readonly may: 'done' }
  | { readonly may: 'after-deploy'; readonly release: number }
  | { readonly may: 'later'; readonly at: Date }

export type FinishQuestion = {
  readonly keys: readonly SigningKey[]
  /** Null where nothing runs: then nobody has a token. */
  readonly running: {
    readonly release: number
    /** ISO 8601; null where it is not known when the release before it was gone. */
    readonly since: string | null
    readonly keys: readonly SigningKey[]
  } | null
  readonly now: Date
}

/** Whether the old keys may go: once everyone signs with the new one, and the last token of an old one has expired. */
export const finishVerdict = ({ keys, running, now }: FinishQuestion): FinishVerdict => {
  if (keys.length <= 1) return { may: 'done' }
  if (running === null) return { may: 'yes' }
  if (running.since === null || running.keys[0]?.kid !== keys[0]?.kid)
    return { may: 'after-deploy', release: running.release }
  const at = new Date(Date.parse(running.since) + tokenSeconds * 1000)
  return now >= at ? { may: 'yes' } : { may: 'later', at }
}
