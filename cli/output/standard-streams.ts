/** Writes a text for a person, or for the program that reads stdout. */
export const printText = (text: string): void => {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

export const printError = (text: string): void => {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/**
 * A reader that went away (`| head`) is no error and must not end a deploy half way. Fires once, so that a command that
 * only prints can stop.
 */
export const watchForClosedPipes = (): AbortSignal => {
  const gone = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone.abort()
  }
  process.stdout.on('error', onError)
  process.stderr.on('error', onError)
  return gone.signal
}

/** Ends the process when everything that was printed has left it. */
export const exitAfterPrinting = async (exitCode: number): Promise<never> => {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}
