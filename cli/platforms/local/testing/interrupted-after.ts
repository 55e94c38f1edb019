/** Ctrl-C after a while. Not AbortSignal.timeout, which says that time ran out. */
export const interruptedAfter = (milliseconds: number): AbortSignal => {
  const interrupt = new AbortController()
  setTimeout(() => interrupt.abort(), milliseconds)
  return interrupt.signal
}
