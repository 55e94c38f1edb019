import { Command } from '@oclif/core/command'
import { exitCodes, type Outcome } from './errors/exit-codes.ts'
import { failureOf } from './failure-of.ts'
import { outputFlags } from './flags.ts'
import { type Interrupts, listenForInterrupts } from './interrupts.ts'
import { reportFailure } from './output/report-failure.ts'
import { exitAfterPrinting, printDocument, printText, watchForClosedPipes } from './output/standard-streams.ts'

/** What a command answers; how it is shown is decided here. */
export type CommandResult = {
  /** Printed with `--json`: everything that the text says, and nothing that changes without need. */
  readonly document: unknown
  /** Printed without `--json`. */
  readonly text: string
  /** `done` where it is left out. */
  readonly outcome?: Outcome
}

/**
 * Every command. `execute` parses its flags, calls one flow and answers what it found; it throws ShopctlError only.
 * The exit code, `--json`, interrupts and the words for wrong usage are the same for all and made here.
 */
export abstract class ShopCommand extends Command {
  static override baseFlags = outputFlags

  readonly #readerGone = watchForClosedPipes()
  #interrupts: Interrupts | null = null

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

  #listen(): Interrupts {
    this.#interrupts ??= listenForInterrupts()
    return this.#interrupts
  }

  override async run(): Promise<void> {
    const leave = () => process.exit(exitCodes.interrupted.code)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        // Nobody looked at `interrupted`, so there is nothing to put back.
        if (this.#interrupts === null) leave()
      })
    }
    await exitAfterPrinting(await this.#show())
  }

  async #show(): Promise<number> {
    const format = this.#wantsJson() ? 'json' : 'text'
    try {
      const { document, text, outcome = 'done' } = await this.execute()
      if (format === 'json') printDocument(document)
      else printText(text)
      return exitCodes[outcome].code
    } catch (error) {
      const { id = '', flags, baseFlags } = this.ctor
      const command = { id, flags: { ...baseFlags, ...flags }, argv: this.argv }
      const interrupted = this.#interrupts?.interrupted ?? AbortSignal.any([])
      const failure = failureOf(error, { command, interrupted })
      reportFailure(failure, format)
      return failure.exitCode
    }
  }

  /** Read from the words themselves: they may not parse, and the answer must be a document even then. */
  #wantsJson(): boolean {
    const end = this.argv.indexOf('--')
    return (end === -1 ? this.argv : this.argv.slice(0, end)).includes('--json')
  }
}
