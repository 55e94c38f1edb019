/** A part of a run that is done elsewhere: in a thread, in a pod. */
export type LoadWorker = {
  /** As its snapshots say. */
  readonly name: string
  /** Resolves when it can begin. */
  readonly ready: Promise<void>
  /** As encodeWorkerLine writes them. One that ends without a worker's end was lost. */
  readonly lines: AsyncIterable<string>
  /** The first second of the run, by the system's clock. */
  begin(epochMilliseconds: number): void
  /** Ends the load at once; its end still follows. */
  stop(): void
  /** Lets go of it, whatever it does. */
  dispose(): Promise<void>
}
