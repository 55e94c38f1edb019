import type { ShopctlError } from '../errors/shopctl-error.ts'
import type { Redactor } from '../tools/redact.ts'
import { colourLevel, createPalette } from './palette.ts'
import { renderFailure } from './render-failure.ts'
import { failureDocument, type ResultDocument, renderJson } from './result-document.ts'
import { printError, printText } from './standard-streams.ts'
import { terminalColumns } from './terminal-columns.ts'

export type OutcomeLook = {
  /** As it was typed, without flags: `history show`. */
  readonly command: string
  readonly format: 'text' | 'json'
  readonly redactor: Redactor
}

/** The one document of `--json`. */
export const printDocument = (document: ResultDocument, redactor: Redactor): void =>
  printText(renderJson(document, (text) => redactor.redact(text), 2))

/** The failure is the last thing on the screen; with `--json` it is the document on stdout. */
export const showFailure = async (error: ShopctlError, { command, format, redactor }: OutcomeLook): Promise<void> => {
  if (format === 'json') return printDocument(failureDocument(command, error), redactor)
  const palette = await createPalette(colourLevel(process.stderr, process.env))
  const columns = terminalColumns(process.stderr)
  printError(redactor.redact(renderFailure(error, { palette, columns })))
}
