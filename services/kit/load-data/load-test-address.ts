/** Of an account of a load test. `.example` is nobody's, so that no mail to it ever arrives. */
export const loadTestAddress = (run: string, account: string): string => `load-${run}-${account}@shop.example`

/** For `like`: all of a run, in small letters. A run has nothing in it that a pattern would read. */
export const loadRunPattern = (run: string): string => loadTestAddress(run, '%')
