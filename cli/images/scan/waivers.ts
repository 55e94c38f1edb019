import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { FindingKind } from './findings.ts'

/** A finding that somebody accepted, for a reason and until a day. */
export type Waiver = {
  readonly kind: FindingKind
  readonly id: string
  /** Globs of files; empty: everywhere. */
  readonly paths: readonly string[]
  /** Packages, with or without a version; empty: every package. */
  readonly purls: readonly string[]
  readonly reason: string
  /** Does not hold from this moment on. A day alone means its beginning, in UTC, as with Trivy. */
  readonly expiresAt: string
}

/** An entry whose reason or expiry is missing is told by its identifier, so these are checked after the shape. */
const entry = z.strictObject({
  id: z.string().min(1),
  paths: z.array(z.string()).default([]),
  purls: z.array(z.string().startsWith('pkg:')).default([]),
  statement: z.string().nullish(),
  expired_at: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).nullish(),
})

const list = z.array(entry).nullish()
const fileSchema = z.strictObject({
  vulnerabilities: list,
  misconfigurations: list,
  secrets: list,
  licenses: z.unknown().optional(),
})

const refused = (file: string, { why, cause }: { why: readonly string[]; cause?: unknown }): ShopctlError =>
  new ShopctlError({
    code: 'WAIVERS_REFUSED',
    outcome: 'refused',
    what: `The waivers in ${file} do not hold; nothing was scanned and nothing was changed.`,
    why,
    fix: [`cat ${file}`],
    cause,
  })

const readYaml = (text: string, file: string): unknown => {
  try {
    return parse(text)
  } catch (cause) {
    throw refused(file, { why: [cause instanceof Error ? cause.message : String(cause)], cause })
  }
}

const lackOf = ({ id, statement, expired_at }: z.infer<typeof entry>): readonly string[] => [
  ...(statement?.trim() ? [] : [`${id} has no reason: add "statement: why this is no danger here"`]),
  ...(expired_at ? [] : [`${id} has no expiry: add "expired_at: YYYY-MM-DD"`]),
]

/** Waivers out of `.trivyignore.yaml`. Throws WAIVERS_REFUSED, which names every entry without a reason or an expiry. */
export const parseWaivers = (text: string, file: string): readonly Waiver[] => {
  const parsed = fileSchema.safeParse(readYaml(text, file) ?? {})
  if (!parsed.success) throw refused(file, { why: z.prettifyError(parsed.error).split('\n'), cause: parsed.error })
  const { vulnerabilities, misconfigurations, secrets } = parsed.data
  const entries = [
    ...(vulnerabilities ?? []).map((one) => ({ kind: 'vulnerability' as const, one })),
    ...(misconfigurations ?? []).map((one) => ({ kind: 'misconfiguration' as const, one })),
    ...(secrets ?? []).map((one) => ({ kind: 'secret' as const, one })),
  ]
  const lacks = entries.flatMap(({ one }) => lackOf(one))
  if (lacks.length > 0) throw refused(file, { why: lacks })
  return entries.map(({ kind, one }) => ({
    kind,
    id: one.id,
    paths: one.paths,
    purls: one.purls,
    reason: one.statement?.trim() ?? '',
    expiresAt: new Date(one.expired_at ?? 0).toISOString(),
  }))
}

/** No file, no waivers. */
export const readWaivers = async (file: string): Promise<readonly Waiver[]> => {
  try {
    return parseWaivers(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}

export const hasExpired = ({ expiresAt }: Waiver, now: Date): boolean => Date.parse(expiresAt) <= now.getTime()
