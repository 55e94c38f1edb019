import { expect, test } from 'vitest'
import { startRepeating } from './repeat-until.ts'
import { keptLog } from './testing/test-app.ts'

const task = 'counting'

/** Runs the outcomes one after the other, then stops. */
async function repeated(outcomes: readonly ('again' | 'wait' | Error)[], everyMilliseconds = 1) {
  const { logger, lines } = keptLog()
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let runs = 0
  const loop = startRepeating({
    task,
    everyMilliseconds,
    logger,
    async run() {
      const outcome = outcomes[runs]
      runs += 1
      if (runs >= outcomes.length) resolve()
      if (outcome instanceof Error) throw outcome
      return outcome ?? 'wait'
    },
  })
  await done
  await loop.stop()
  return { runs, told: lines().map(({ level, message }) => [level, message]) }
}

test('an outage is told when it begins and when it is over, however long it lasts', async () => {
  const gone = new Error('gone')
  const { told } = await repeated(['wait', gone, gone, gone, gone, 'wait', 'again', gone, gone, 'wait'])
  const outage = [
    ['WARN', 'counting fails and is tried again'],
    ['INFO', 'counting works again'],
  ]
  expect(told).toEqual([...outage, ...outage])
})

test('what has more to do is run again at once, and nothing is told of what works', async () => {
  expect(await repeated(['again', 'again', 'again', 'wait'], 60_000)).toEqual({ runs: 4, told: [] })
})

test('stopping waits for the run that goes on, and no other begins', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<AbortSignal>()
  let [runs, ended] = [0, false]
  const loop = startRepeating({
    task,
    everyMilliseconds: 1,
    logger: keptLog().logger,
    async run(signal) {
      runs += 1
      begin(signal)
      await released
      return 'again'
    },
  })
  const signal = await begun
  const stopped = loop.stop().then(() => {
    ended = true
  })
  expect([signal.aborted, ended]).toEqual([true, false])
  release()
  await stopped
  expect(runs).toBe(1)
})

test('a first run may wait, and is not begun where it was stopped before', async () => {
  let runs = 0
  const run = async () => {
    runs += 1
    return 'wait' as const
  }
  const parts = { task, everyMilliseconds: 1, firstAfterMilliseconds: 60_000, logger: keptLog().logger, run }
  await startRepeating(parts).stop()
  expect(runs).toBe(0)
})
