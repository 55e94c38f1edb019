import { startGenerator } from '../../engine/generate/generator.ts'
import { Histogram } from '../../engine/histogram/histogram.ts'
import { addHistogramText } from '../../engine/histogram/histogram-text.ts'
import { profileSchema } from '../../engine/profile/profile.ts'
import { encodeWorkerLine } from '../../engine/record/worker-line.ts'
import type { Http } from '../../engine/scenario/http.ts'
import { defineScenario, type User } from '../../engine/scenario/scenario.ts'
import { systemClock } from '../../engine/schedule/clock.ts'

/** Words: an origin, and a profile as JSON. Prints what it saw as JSON, and how much memory it took. */
const [target = '', profileText = ''] = process.argv.slice(2)
const profile = profileSchema.parse(JSON.parse(profileText))

const weights = { register: 30, browse: 50, order: 20 }
const scenarios = Object.entries(weights).map(([name, weight]) =>
  defineScenario({
    name,
    weight,
    start: (user) => ({ token: `token of ${user.number}` }),
    steps: ['one', 'two', 'three', 'four'].map((step) => ({
      name: `${name} ${step}`,
      run: ({ state }: User<{ token: string }>, http: Http) =>
        http.get(`/${step}`, {
          headers: { authorization: state.token },
          expect: { status: 200, check: (response) => (response.text().includes('hello') ? null : 'no hello') },
        }),
    })),
  }),
)

const latency = new Histogram()
const lag = new Histogram()
const perSecond: number[] = []
const memoryBefore = process.memoryUsage().rss
let memory = memoryBefore

const cpuBefore = process.cpuUsage()
const generator = startGenerator({
  worker: '0',
  share: { worker: 0, workers: 1 },
  profile,
  scenarios,
  target,
  clock: systemClock,
  beginsAt: performance.now() + 50,
  publish(snapshot) {
    // As a worker does it: what is measured shall have all of its costs.
    encodeWorkerLine(snapshot)
    const before = latency.count
    for (const { outcomes } of snapshot.series) addHistogramText(latency, outcomes.ok ?? '')
    perSecond[snapshot.second] = latency.count - before
    addHistogramText(lag, snapshot.generator.lag)
    memory = Math.max(memory, process.memoryUsage().rss)
  },
})
await generator.ended
const { user, system } = process.cpuUsage(cpuBefore)
process.stdout.write(
  `${JSON.stringify({
    ok: latency.count,
    perSecond: latency.count / profile.durationSeconds,
    cpuMicroseconds: (user + system) / latency.count,
    bestSecond: Math.max(...perSecond),
    p50Microseconds: latency.quantile(0.5),
    lagP99Milliseconds: (lag.quantile(0.99) ?? 0) / 1_000,
    memoryBytes: memory - memoryBefore,
  })}\n`,
)
