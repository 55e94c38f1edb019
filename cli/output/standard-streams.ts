/** Writes a text for a person, or for the program that reads stdout. */
export const printText = (text: string): void => {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

export const printError = (text: string): void => {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/**
 * A reader that went away (`| head`) and a full disk behind `>` must not end a deploy half way. The first is quiet, the
 * second is said once on stderr. Fires when stdout takes nothing more, so that a command that only prints can stop.
 */
export const watchForClosedPipes = (): AbortSignal => {
  const gone = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (gone.signal.aborted) return
    gone.abort()
    if (error.code !== 'EPIPE')
      process.stderr.write(`warning: what is printed is lost from here on: ${error.message}\n`)
  }
  // oclif has a listener of its own, which throws.
  process.stdout.removeAllListeners('error').on('error', onError)
  process.stderr.removeAllListeners('error').on('error', () => undefined)
  return gone.signal
}

/** Ends the process when everything that was printed has left it. */
export const exitAfterPrinting = async (exitCode: number): Promise<never> => {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}
