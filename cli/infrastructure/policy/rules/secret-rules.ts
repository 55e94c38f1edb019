import { isRecord } from '../../plan/veil.ts'
import { isTrue } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

/** By type, the attributes that put a secret into the state though the provider has a way around it. */
const inState: Readonly<Record<string, readonly string[]>> = {
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary'],
  aws_db_instance: ['password'],
  aws_rds_cluster: ['master_password'],
  aws_elasticache_replication_group: ['auth_token'],
  aws_elasticache_user: ['passwords'],
}

const namesOfSecrets = /(^|[_-])(password|passwd|secret|token|api_?key|private_?key|access_?key)$/i
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, 'an access key of AWS'],
  [/\b[a-z][a-z0-9+]*:\/\/[^\s:@/]+:[^\s:@/$]+@/i, 'a password within an address'],
  [/\bey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}\./, 'a signed token'],
]

type Leaf = { readonly path: string; readonly key: string; readonly value: string }

/** Texts that Terraform does not mark as sensitive: those are shown to whoever reads a plan. */
const openLeaves = (value: unknown, marks: unknown, path: readonly string[] = []): readonly Leaf[] => {
  if (marks === true) return []
  if (typeof value === 'string') return [{ path: path.join('.'), key: path.at(-1) ?? '', value }]
  if (Array.isArray(value)) {
    return value.flatMap((each, index) =>
      openLeaves(each, Array.isArray(marks) ? marks[index] : undefined, [...path, String(index)]),
    )
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, each]) =>
    openLeaves(each, isRecord(marks) ? marks[key] : undefined, [...path, key]),
  )
}

/** A setting that names where a secret lies is none. */
const isReference = (value: string): boolean =>
  value === '' || /^(arn:|\$\{|https?:\/\/[^@]*$)|^(true|false)$/i.test(value)

export const secretRules: readonly Rule[] = [
  {
    id: 'secret-in-state',
    severity: 'high',
    exposes: false,
    types: Object.keys(inState),
    reads: [],
    remedy: 'let AWS make and keep the value, or use the write-only argument (secretStringWo, passwordWo)',
    breach: ({ type, values, unknown, configured }) => {
      const held = (inState[type] ?? []).find((name) => {
        const value = values[name]
        const isThere = Array.isArray(value) ? value.length > 0 : typeof value === 'string' && value !== ''
        return isThere || (unknown.has(name) && name in configured)
      })
      return held === undefined ? null : `The secret would stand in the state in the clear (${held}).`
    },
  },
  {
    id: 'secret-in-the-clear',
    severity: 'critical',
    exposes: true,
    types: ['*'],
    reads: [],
    remedy: 'put it into Secrets Manager and pass its name; then change it, because whoever saw the plan knows it',
    breach: ({ values, sensitive, configured }) => {
      const leaves = openLeaves(values, sensitive).filter(({ path }) => (path.split('.')[0] ?? '') in configured)
      for (const { path, key, value } of leaves) {
        const shape = shapes.find(([pattern]) => pattern.test(value))?.[1]
        if (shape !== undefined) return `${path} shows ${shape} to everyone who reads the plan.`
        const looksLikeOne =
          namesOfSecrets.test(key) && !isReference(value) && !isTrue(value) && !/^\w+\.\d+$/.test(value)
        if (looksLikeOne) return `${path} shows what looks like a secret to everyone who reads the plan.`
      }
      return null
    },
  },
]
