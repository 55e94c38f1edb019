import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acquireLock } from './lock.ts'
import { createLockWorld } from './testing/lock-world.ts'
import { createMemoryLockStore } from './testing/memory-lock-store.ts'

const contender = fc.record({
  host: fc.constantFrom('laptop', 'agent'),
  arrivesAfter: fc.nat(20_000),
  holdsFor: fc.nat(40_000),
  end: fc.constantFrom('releases', 'is killed'),
})
const jump = fc.record({ after: fc.nat(60_000), by: fc.integer({ min: -100_000_000, max: 100_000_000 }) })
const troubles = fc.infiniteStream(
  fc.oneof(
    { weight: 30, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom('refused', 'answer-lost') },
  ),
)

test('whatever contenders, deaths, clock jumps and lost answers come together, there are never two live holders', async () => {
  let acquired = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(contender, { minLength: 2, maxLength: 6 }),
      fc.array(jump),
      troubles,
      async (all, jumps, stream) => {
        const world = createLockWorld()
        const store = createMemoryLockStore(() => stream.next().value)
        const holding = new Set<number>()

        const live = async (one: (typeof all)[number], index: number) => {
          const processId = index + 1
          const clock = world.clockOf({ host: one.host, processId, bootId: one.host })
          const forever = new AbortController().signal
          await clock.sleep(one.arrivesAfter, forever)
          const { lock } = await acquireLock(
            store,
            {
              environment: 'staging',
              holder: `contender ${processId}`,
              reason: 'test',
              command: 'shopctl deploy',
              timeToLiveSeconds: 30,
              waitSeconds: 600,
              signal: forever,
              onWait: () => undefined,
            },
            clock,
          )
          const others = [...holding].filter((other) => !world.isGone(other))
          expect(others, `${processId} took the lock while others held it`).toEqual([])
          acquired += 1
          holding.add(processId)
          lock.signal.addEventListener('abort', () => holding.delete(processId))
          await clock.sleep(one.holdsFor, forever)
          if (one.end === 'is killed') world.kill(processId)
          else {
            holding.delete(processId)
            await lock.release()
          }
        }

        const lives = all.map((one, index) => live(one, index))
        const failures: unknown[] = []
        lives.forEach((life) => {
          life.catch((error) => failures.push(error))
        })
        for (const { after, by } of jumps.slice(0, 4)) {
          await world.advance(after / 4)
          world.jumpWallClock(by)
        }
        await world.advance(600_000)
        expect(
          failures.filter((failure) => !/the store does not answer|connection was reset/.test(String(failure))),
        ).toEqual([])
      },
    ),
    { numRuns: 200 },
  )
  expect(acquired).toBeGreaterThan(200)
}, 60_000)
