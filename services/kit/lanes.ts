import type pg from 'pg'
import { SharedConnection } from './shared-connection.ts'
import type { Statement } from './statement.ts'

/** How many of a pool's connections are shared, by what they carry; the rest is for transactions. */
export type LanePlan = { readonly read: number; readonly write: number }

/**
 * Reads share few: the fewer, the more answers come in one packet. Writes share more: each waits for its row's lock
 * and for the disk, and what is committed side by side is flushed together. A pool below three has none to share.
 */
export function planLanes(poolSize: number): LanePlan {
  if (poolSize < 3) return { read: 0, write: 0 }
  return { read: poolSize < 6 ? 1 : 2, write: Math.max(1, Math.floor(poolSize * 0.4)) }
}

/** What the server has been at for longer may take seconds more; nothing is queued up after it. */
const stalledMilliseconds = 50

type Lane = {
  connection: SharedConnection | undefined
  opening: Promise<SharedConnection> | undefined
  waiting: number
}

export type Lanes = {
  /** Null where no lane is free for it: it needs a connection of its own. */
  run(statement: Statement): Promise<pg.QueryResult> | null
  /** Gives an idle connection back to the pool, for someone who waits there. */
  yieldOne(): void
  /** Connections that lanes hold and nobody uses now. */
  idle(): number
  close(): void
}

export function createLanes(
  plan: LanePlan,
  { connect, onBroken }: { connect(): Promise<pg.PoolClient>; onBroken(error: Error): void },
): Lanes {
  const lanes = { read: emptyLanes(plan.read), write: emptyLanes(plan.write) }
  const all = [...lanes.read, ...lanes.write]

  async function runOn(lane: Lane, statement: Statement): Promise<pg.QueryResult> {
    if (lane.connection?.usable === true) return lane.connection.run(statement)
    lane.opening ??= open(lane)
    lane.waiting += 1
    const connection = await lane.opening.finally(() => {
      lane.waiting -= 1
    })
    return connection.run(statement)
  }

  async function open(lane: Lane): Promise<SharedConnection> {
    try {
      lane.connection = new SharedConnection(await connect(), onBroken)
      return lane.connection
    } finally {
      lane.opening = undefined
    }
  }

  return {
    run(statement) {
      const { lane: kind } = statement.facts
      const lane = kind === null ? undefined : emptiest(lanes[kind])
      return lane === undefined ? null : runOn(lane, statement)
    },
    yieldOne() {
      const lane = all.find(isIdle)
      lane?.connection?.retire()
      if (lane !== undefined) lane.connection = undefined
    },
    idle: () => all.filter(isIdle).length,
    close() {
      for (const lane of all) lane.connection?.retire()
    },
  }
}

const emptyLanes = (count: number): readonly Lane[] =>
  Array.from({ length: count }, () => ({ connection: undefined, opening: undefined, waiting: 0 }))

const isIdle = ({ connection, waiting }: Lane): boolean =>
  connection?.usable === true && connection.load === 0 && waiting === 0

function emptiest(lanes: readonly Lane[]): Lane | undefined {
  let best: Lane | undefined
  let least = Number.POSITIVE_INFINITY
  for (const lane of lanes) {
    const load = loadOf(lane)
    if (load >= least) continue
    least = load
    best = lane
  }
  return best
}

/** One that is not open yet comes after an idle one, and before one with work. */
function loadOf({ connection, waiting }: Lane): number {
  if (connection === undefined || !connection.usable) return waiting + 0.5
  return connection.workingMilliseconds() > stalledMilliseconds ? Number.POSITIVE_INFINITY : connection.load + waiting
}
