import type { ShopctlError } from '../errors/shopctl-error.ts'
import { printDocument, printError } from './standard-streams.ts'

export type OutputFormat = 'text' | 'json'

const renderFailure = (error: ShopctlError): string =>
  [
    `${error.code}: ${error.message}`,
    ...error.why.map((line) => `  Why: ${line}`),
    ...error.fix.map((line) => `  Fix: ${line}`),
  ].join('\n')

/** The failure is the last thing on the screen; with `--json` it is the document on stdout, and nothing is on stderr. */
export const reportFailure = (error: ShopctlError, format: OutputFormat): void => {
  if (format === 'text') {
    printError(renderFailure(error))
    return
  }
  const { code, outcome, exitCode, message, why, fix } = error
  printDocument({ error: { code, outcome, exitCode, what: message, why, fix } })
}
