/** Something that runs in a process beside its requests. */
export type Ending = {
  /** Begins nothing new from now on: the process will end, but still answers. */
  drain?(): void
  close(): Promise<void> | void
  /** How long after drain() its close() may still take. */
  readonly endMilliseconds?: number
}

/** Several as one: they end side by side, and one that fails keeps no other from it. */
export function endTogether(parts: readonly Ending[]) {
  return {
    drain() {
      for (const part of parts) part.drain?.()
    },
    async close(): Promise<void> {
      const endings = await Promise.allSettled(parts.map(async (part) => part.close()))
      const failures = endings.flatMap((ending) => (ending.status === 'rejected' ? [ending.reason] : []))
      if (failures.length > 0) throw new AggregateError(failures, 'not everything closed')
    },
    endMilliseconds: Math.max(0, ...parts.map(({ endMilliseconds = 0 }) => endMilliseconds)),
  }
}
