/** Waits for it no longer than that; what fails later fails unheard. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), milliseconds)
  try {
    return await Promise.race([work.then(() => 'done' as const), late])
  } finally {
    clearTimeout(timer)
  }
}
