import { Command } from '@oclif/core/command'
import { exitCodes, type Outcome } from './errors/exit-codes.ts'
import { quoteWord } from './errors/quote-word.ts'
import type { ShopctlError } from './errors/shopctl-error.ts'
import { failureOf } from './failure-of.ts'
import { outputFlags } from './flags.ts'
import { type Interrupts, listenForInterrupts } from './interrupts.ts'
import { createReporter, type OutputReporter, type Ui } from './output/create-reporter.ts'
import { failureDocument, type ResultDocument, successDocument } from './output/result-document.ts'
import type { RunReport } from './output/run-report.ts'
import { printDocument, showFailure } from './output/show-outcome.ts'
import { exitAfterPrinting, printError, printText, watchForClosedPipes } from './output/standard-streams.ts'
import { terminalColumns } from './output/terminal-columns.ts'
import { createRedactor } from './tools/redact.ts'

/** What a command answers; how it is shown is decided here. */
export type CommandResult = {
  /** `result` of the `--json` document: everything that the text says. */
  readonly result: unknown
  /** Printed without `--json`. */
  readonly text: string
  /** A word about the text that is no part of it: printed after it, on stderr. */
  readonly note?: string | undefined
  /** `done` where it is left out. */
  readonly outcome?: Outcome
}

export type OutputFlags = { readonly ui: Ui; readonly events?: string | undefined }

/**
 * Every command. `execute` parses its flags, calls one flow and answers what it found; it throws ShopctlError only.
 * The exit code, `--json`, interrupts and the words for wrong usage are the same for all and made here.
 */
export abstract class ShopCommand extends Command {
  static override baseFlags = outputFlags

  /** Every secret that a command meets is registered here before anything is printed. */
  protected readonly redactor = createRedactor()
  readonly #readerGone = watchForClosedPipes()
  readonly #startedAt = performance.now()
  #interrupts: Interrupts | null = null
  #reporter: OutputReporter | null = null
  #report: RunReport | null = null

  protected abstract execute(): Promise<CommandResult>

  /** Fires at the first Ctrl-C or SIGTERM. From the first look at it on, the command must come to an end by itself. */
  protected get interrupted(): AbortSignal {
    return this.#listen().interrupted
  }

  /** Fires at the second. */
  protected get abandoned(): AbortSignal {
    return this.#listen().abandoned
  }

  /** Fires when nobody reads stdout any more (`| head`). */
  protected get readerGone(): AbortSignal {
    return this.#readerGone
  }

  /** Width of the terminal; null where stdout is none, or says none. */
  protected get width(): number | null {
    return terminalColumns(process.stdout)
  }

  /** Where a flow's events go. Closed, with the failure and the end of the flow in it, before the result is printed. */
  protected async openReporter({ ui, events }: OutputFlags): Promise<OutputReporter> {
    this.#reporter ??= await createReporter({
      ui,
      mode: this.#format() === 'json' ? 'json' : 'human',
      eventsTarget: events ?? null,
      stdout: process.stdout,
      stderr: process.stderr,
      environment: process.env,
      redactor: this.redactor,
      also: (await this.#openReport()) ?? undefined,
    })
    return this.#reporter
  }

  /** The words that were typed, without the wait: what is offered again with an answer in it means the same place. */
  protected typed(): string {
    const words = this.argv.filter(
      (word, index) => word !== '--wait' && !word.startsWith('--wait=') && this.argv[index - 1] !== '--wait',
    )
    return [this.ctor.id.replaceAll(':', ' '), ...words.map(quoteWord)].join(' ')
  }

  /** For what goes on while the command runs, as `logs --follow`; not with `--json`. */
  protected print(text: string): void {
    if (this.#format() === 'text') printText(this.redactor.redact(text))
  }

  /** oclif's looks for deprecated names, of which there are none, with all of its help. */
  protected override async init(): Promise<void> {
    return
  }

  /** Runs the command and ends the process. */
  async start(): Promise<void> {
    await this._run()
  }

  override async run(): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => this.#leaveUnlessHeard())
    await exitAfterPrinting(await this.#show())
  }

  /** Where nobody looked at `interrupted` there is nothing to put back. */
  #leaveUnlessHeard(): void {
    if (this.#interrupts === null) process.exit(exitCodes.interrupted.code)
  }

  #listen(): Interrupts {
    this.#interrupts ??= listenForInterrupts()
    return this.#interrupts
  }

  async #show(): Promise<number> {
    const command = this.ctor.id.replaceAll(':', ' ')
    const format = this.#format()
    try {
      const { result, text, note, outcome = 'done' } = await this.execute()
      const exitCode = exitCodes[outcome].code
      await this.#closeReporter(exitCode)
      const document = successDocument({ command, exitCode, result })
      await this.#keepReport(document)
      if (format === 'json') printDocument(document, this.redactor)
      else printText(this.redactor.redact(text))
      if (format === 'text' && note !== undefined) printError(this.redactor.redact(note))
      return exitCode
    } catch (error) {
      const failure = this.#failureOf(error)
      await this.#closeReporter(failure.exitCode, failure)
      await this.#keepReport(failureDocument(command, failure))
      await showFailure(failure, { command, format, redactor: this.redactor })
      return failure.exitCode
    }
  }

  /** Where SHOPCTL_REPORTS names a folder; loaded only then. */
  async #openReport(): Promise<RunReport | null> {
    const directory = process.env.SHOPCTL_REPORTS
    if (!directory || this.#report !== null) return this.#report
    const { createRunReport } = await import('./output/run-report.ts')
    const startedAt = new Date(Date.now() - (performance.now() - this.#startedAt))
    const redact = (text: string) => this.redactor.redact(text)
    this.#report = createRunReport({ directory, typed: this.typed(), redact, startedAt })
    return this.#report
  }

  /** That it cannot be written ends nothing: what was done is done. */
  async #keepReport(document: ResultDocument): Promise<void> {
    const report = await this.#openReport()
    const trouble = report?.finish(document, new Date()) ?? null
    if (trouble !== null) printError(this.redactor.redact(`warning: ${trouble}`))
  }

  #failureOf(error: unknown): ShopctlError {
    const { id, flags, baseFlags } = this.ctor
    const command = { id, flags: { ...baseFlags, ...flags }, argv: this.argv }
    return failureOf(error, { command, interrupted: this.#interrupts?.interrupted ?? AbortSignal.any([]) })
  }

  async #closeReporter(exitCode: number, failure?: ShopctlError): Promise<void> {
    const reporter = this.#reporter
    if (reporter === null) return
    if (failure !== undefined) {
      const { code, message: what, why, fix } = failure
      reporter.emit({ type: 'error', code, what, why: [...why], fix: [...fix] })
    }
    const milliseconds = Math.round(performance.now() - this.#startedAt)
    reporter.emit({ type: 'flow.finished', flow: this.ctor.id.replaceAll(':', ' '), exitCode, milliseconds })
    await reporter.close()
  }

  /** Read from the words themselves: they may not parse, and the answer must be a document even then. */
  #format(): 'text' | 'json' {
    const end = this.argv.indexOf('--')
    return (end === -1 ? this.argv : this.argv.slice(0, end)).includes('--json') ? 'json' : 'text'
  }
}
