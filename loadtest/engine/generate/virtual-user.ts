import { UserHttp } from '../http/user-http.ts'
import { RequestFailed } from '../record/outcome.ts'
import type { Newcomer, Scenario, Visit } from '../scenario/scenario.ts'
import type { ScenarioSeries } from './series-table.ts'
import { type Ground, think } from './turns.ts'

/** A scenario that is broken, or does nothing, must not keep the thread from everything else. */
const pauseMilliseconds = { afterFailure: 1, afterMistake: 1_000 } as const

export type UserSetup = {
  readonly newcomer: Newcomer
  readonly scenario: Scenario
  readonly series: ScenarioSeries
  readonly ground: Ground
}

/** Walks through a scenario. A request that is not ok ends the walk, for what follows would stand on it. */
export class VirtualUser {
  readonly newcomer: Newcomer
  readonly #setup: UserSetup
  readonly #http: UserHttp
  #visit: Visit | null = null
  #isRetired = false
  #intended: number | null = null

  constructor(setup: UserSetup) {
    this.#setup = setup
    this.newcomer = setup.newcomer
    this.#http = new UserHttp(setup.ground.client, setup.ground.clock)
  }

  /** Ends its walk at the next step. */
  retire(): void {
    this.#isRetired = true
  }

  /** Open model: once through, each request counted from when it was due. */
  async walkOnce(intended: number): Promise<void> {
    this.#intended = intended
    if (!(await this.#enter())) return
    await this.#walk('intended')
  }

  /** Closed model: again and again. */
  async walkOn(): Promise<void> {
    while (!this.#isDone && !(await this.#enter())) await this.#think()
    while (!this.#isDone) {
      await this.#walk('sent')
      if (this.#isDone) return
      await this.#tidy()
      if (!this.#isDone) await this.#think()
    }
  }

  /** Removes what it made. True where nothing is left to remove. */
  async leave(): Promise<boolean> {
    const visit = this.#visit
    if (visit === null) return true
    const left = (await this.#tidy()) && (await this.#attempt(() => visit.leave(this.#http)))
    if (left) this.#visit = null
    return left
  }

  async #tidy(): Promise<boolean> {
    this.#http.turn(this.#setup.series.stop, null)
    return this.#attempt(() => this.#visit?.tidy(this.#http))
  }

  get #isDone(): boolean {
    return this.#isRetired || this.#setup.ground.isOver()
  }

  async #enter(): Promise<boolean> {
    this.#http.turn(this.#setup.series.start, this.#intended)
    return this.#attempt(async () => {
      this.#visit = await this.#setup.scenario.enter(this.newcomer, this.#http)
    })
  }

  async #walk(latencyFrom: 'intended' | 'sent'): Promise<void> {
    const { series, ground } = this.#setup
    const thinks = ground.thinkTimeSeconds.max > 0
    for (const [step, counted] of series.steps.entries()) {
      if (step > 0 && thinks) await this.#think()
      else if (step > 0) this.#intended = ground.clock.now()
      if (this.#isDone) return
      const sentBefore = this.#http.sent
      this.#http.turn(counted, latencyFrom === 'intended' ? this.#intended : null)
      if (!(await this.#attempt(() => this.#visit?.run(step, this.#http)))) return
      if (this.#http.sent === sentBefore) await this.#pause(pauseMilliseconds.afterFailure)
    }
  }

  async #think(): Promise<void> {
    this.#intended = await think(this.#setup.ground, this.newcomer.random)
  }

  async #attempt(act: () => Promise<unknown> | undefined): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      await this.#pause(this.#counted(error))
      return false
    }
  }

  #counted(error: unknown): number {
    if (error instanceof RequestFailed) return pauseMilliseconds.afterFailure
    const { recorder } = this.#setup.ground
    recorder.stepErrors.add(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    return pauseMilliseconds.afterMistake
  }

  #pause(milliseconds: number): Promise<void> {
    const { timers, clock } = this.#setup.ground
    return timers.until(clock.now() + milliseconds)
  }
}
