import { LatestQueue } from '../coordinate/latest-queue.ts'
import type { LoadWorker } from '../coordinate/load-worker.ts'
import type { Snapshot } from '../record/snapshot.ts'
import { encodeWorkerLine } from '../record/worker-line.ts'

/** A worker on another machine, as far as its lines tell. */
export type ScriptedWorker = LoadWorker & {
  readonly calls: string[]
  say(snapshot: Snapshot): void
  sayLine(line: string): void
  end(snapshots: number): void
  /** Its connection ends. */
  vanish(): void
}

export const scriptedWorker = (name: string, ready: Promise<void> = Promise.resolve()): ScriptedWorker => {
  const lines = new LatestQueue<string>(Number.POSITIVE_INFINITY)
  const calls: string[] = []
  return {
    name,
    ready,
    lines,
    calls,
    say: (snapshot) => lines.push(encodeWorkerLine({ ...snapshot, worker: name })),
    sayLine: (line) => lines.push(line),
    end: (snapshots) =>
      lines.push(encodeWorkerLine({ version: 1, worker: name, ended: { snapshots, usersNotCleanedUp: 0 } })),
    vanish: () => lines.end(),
    begin: () => calls.push('begin'),
    stop: () => calls.push('stop'),
    async dispose() {
      calls.push('dispose')
    },
  }
}
