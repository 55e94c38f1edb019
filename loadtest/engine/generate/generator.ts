import { HttpClient } from '../http/http-client.ts'
import type { ClosedProfile, OpenProfile, Profile } from '../profile/profile.ts'
import { Recorder } from '../record/recorder.ts'
import type { Snapshot } from '../record/snapshot.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { arrivalsOf } from '../schedule/arrivals.ts'
import type { Clock } from '../schedule/clock.ts'
import { populationChanges } from '../schedule/population.ts'
import { seededRandom } from '../schedule/seeded-random.ts'
import { TimerQueue } from '../schedule/timer-queue.ts'
import { weightedChoice } from '../schedule/weighted-choice.ts'
import { isOfWorker, shareOf, type WorkerShare } from '../schedule/worker-share.ts'
import { cleanUp } from './clean-up.ts'
import { housekeeping, utilizationMeter } from './housekeeping.ts'
import { seriesTable } from './series-table.ts'
import { type Ground, startedBy } from './turns.ts'
import { VirtualUser } from './virtual-user.ts'

export type GeneratorSetup = {
  /** Its name in snapshots. */
  readonly worker: string
  readonly share: WorkerShare
  readonly profile: Profile
  readonly scenarios: readonly Scenario[]
  /** An origin. */
  readonly target: string
  readonly clock: Clock
  /** Milliseconds of the clock. */
  readonly beginsAt: number
  publish(snapshot: Snapshot): void
}

export type GeneratorEnd = {
  /** Users whose `stop` did not succeed in time. */
  readonly usersNotCleanedUp: number
}

export type LoadGenerator = {
  /** Ends the load at once: what is in flight is cancelled and counted. */
  stop(): void
  readonly ended: Promise<GeneratorEnd>
}

const graceMilliseconds = 300

/** One worker's load: begins when its time has come, publishes a snapshot a second, ends by itself or when stopped. */
export const startGenerator = (setup: GeneratorSetup): LoadGenerator => {
  const load = new Load(setup)
  return { stop: () => load.stop(), ended: load.run() }
}

class Load {
  readonly #setup: GeneratorSetup
  readonly #ground: Ground
  readonly #table: ReturnType<typeof seriesTable>
  readonly #users = new Map<number, VirtualUser>()
  /** Whose walk is over and who could not clean up. */
  readonly #left: VirtualUser[] = []
  readonly #walks = new Set<Promise<void>>()
  readonly #over = Promise.withResolvers<void>()
  readonly #abandoned = Promise.withResolvers<void>()
  #isOver = false
  #isCleaningUp = false

  constructor(setup: GeneratorSetup) {
    const { clock, profile, share, target, worker, beginsAt, publish } = setup
    this.#setup = setup
    this.#table = seriesTable(setup.scenarios)
    const gauges = {
      activeUsers: () => this.#users.size,
      requestsInFlight: () => client.inFlight,
      seriesWaitingSince: (moment: number) => client.seriesWaitingSince(moment),
      eventLoopUtilization: utilizationMeter(),
    }
    const recorder = new Recorder({ worker, series: this.#table.series, beginsAt, gauges, publish })
    const connections = profile.connections === undefined ? null : Math.max(1, shareOf(profile.connections, share))
    const client = new HttpClient({ ...profile, target, connections }, { clock, recorder })
    const { thinkTimeSeconds } = profile
    const timers = new TimerQueue(clock)
    this.#ground = { clock, timers, client, recorder, thinkTimeSeconds, isOver: () => this.#isOver }
  }

  stop(): void {
    this.#end()
    if (this.#isCleaningUp) return
    this.#ground.client.refuse()
    this.#ground.client.cancelAll()
    // A step may wait for something that is no request and cannot be cancelled.
    this.#ground.clock.after(graceMilliseconds, () => this.#abandoned.resolve())
  }

  async run(): Promise<GeneratorEnd> {
    const { clock, profile, beginsAt } = this.#setup
    const { client, recorder } = this.#ground
    const keeping = housekeeping({ clock, recorder, beginsAt })
    if (profile.model === 'closed') this.#followPopulation(profile)
    else this.#followArrivals(profile)
    const endsAt = beginsAt + profile.durationSeconds * 1_000
    const disarm = clock.after(endsAt - clock.now(), () => this.#end())
    await this.#over.promise
    disarm()
    // What is in flight may end; a step that goes on sending after that is cut off.
    const cut = clock.after(profile.requestDeadlineSeconds * 1_000, () => this.stop())
    await Promise.race([Promise.all(this.#walks), this.#abandoned.promise])
    cut()
    this.#isCleaningUp = true
    client.accept()
    const usersNotCleanedUp = await cleanUp({
      users: [...this.#left, ...this.#users.values()],
      client,
      clock,
      deadlineSeconds: profile.cleanUpSeconds,
    })
    keeping.end()
    await client.close()
    recorder.publishUntil(clock.now())
    recorder.publish()
    return { usersNotCleanedUp }
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ground.timers.close()
    this.#over.resolve()
  }

  #followPopulation(profile: ClosedProfile): void {
    const changes = populationChanges(profile)
    this.#follow(changes, ({ user, change, due }) => {
      if (!isOfWorker(user, this.#setup.share)) return
      if (change === 'retire') return this.#users.get(user)?.retire()
      startedBy(this.#ground, due)
      this.#walk(user, (one) => one.walkOn())
    })
  }

  #followArrivals(profile: OpenProfile): void {
    const most = Math.max(1, shareOf(profile.mostUsersInFlight, this.#setup.share))
    this.#follow(arrivalsOf(profile, this.#setup.share), ({ user, due }) => {
      const intended = startedBy(this.#ground, due)
      if (this.#users.size >= most) return this.#ground.recorder.dropped()
      this.#walk(user, (one) => one.walkOnce(intended))
    })
  }

  #follow<Event extends { atSeconds: number }>(
    events: Generator<Event>,
    act: (event: Event & { due: number }) => void,
  ) {
    const { timers } = this.#ground
    const next = () => {
      const { value, done } = events.next()
      if (done === true) return
      const due = this.#setup.beginsAt + value.atSeconds * 1_000
      timers.at(due, () => {
        if (this.#isOver) return
        act({ ...value, due })
        next()
      })
    }
    next()
  }

  #walk(number: number, through: (user: VirtualUser) => Promise<void>): void {
    const { scenarios, profile } = this.#setup
    const chosen = weightedChoice(
      scenarios.map(({ weight }) => weight),
      number,
    )
    const scenario = scenarios[chosen]
    const series = this.#table.byScenario[chosen]
    if (scenario === undefined || series === undefined) throw new RangeError('a run has at least one scenario')
    const newcomer = { number, random: seededRandom(profile.seed, number) }
    const user = new VirtualUser({ newcomer, scenario, series, ground: this.#ground })
    this.#users.set(number, user)
    this.#ground.recorder.arrived()
    const walk = this.#untilGone(user, through(user)).then(() => {
      this.#walks.delete(walk)
    })
    this.#walks.add(walk)
  }

  async #untilGone(user: VirtualUser, walked: Promise<void>): Promise<void> {
    await walked
    this.#users.delete(user.newcomer.number)
    const isGone = !this.#isOver && (await user.leave())
    if (!isGone) this.#left.push(user)
  }
}
