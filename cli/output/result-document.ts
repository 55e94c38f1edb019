import type { ShopctlError } from '../errors/shopctl-error.ts'

/** The one document that `--json` prints; its schema and every field are promised to scripts. */
export type ResultDocument =
  | {
      readonly schema: 'shopctl.result/1'
      readonly command: string
      readonly ok: true
      readonly exitCode: number
      readonly result: unknown
    }
  | {
      readonly schema: 'shopctl.result/1'
      readonly command: string
      readonly ok: false
      readonly exitCode: number
      readonly error: {
        readonly code: string
        readonly what: string
        readonly why: readonly string[]
        readonly fix: readonly string[]
      }
    }

type Success = { readonly command: string; readonly exitCode: number; readonly result: unknown }

export const successDocument = ({ command, exitCode, result }: Success): ResultDocument => ({
  schema: 'shopctl.result/1',
  command,
  ok: true,
  exitCode,
  result,
})

export const failureDocument = (
  command: string,
  { code, exitCode, message, why, fix }: ShopctlError,
): ResultDocument => ({
  schema: 'shopctl.result/1',
  command,
  ok: false,
  exitCode,
  error: { code, what: message, why, fix },
})

/** JSON with every string redacted, names of fields too: a secret never stands between the quotes of a document. */
export const renderJson = (value: unknown, redact: (text: string) => string, indent = 0): string =>
  JSON.stringify(value, (_, inner) => redactInner(inner, redact), indent) ?? 'null'

const redactInner = (inner: unknown, redact: (text: string) => string): unknown => {
  if (typeof inner === 'string') return redact(inner)
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
  return Object.fromEntries(Object.entries(inner).map(([name, value]) => [redact(name), value]))
}
