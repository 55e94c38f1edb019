import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Artifact } from '../platforms/platform.ts'
import { countOfNothing } from '../releases/scan-record.ts'
import { scanBuilt, scanRunning } from './scan-environment.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { scriptedPlatform } from './testing/scripted-platform.ts'
import { goodSource, withRelease1 } from './testing/with-release.ts'

const scanning = async (scan: (artifacts: readonly Artifact[]) => void) => {
  const world = await withRelease1()
  const scanned: string[] = []
  const found: number[] = []
  const { means } = scriptedMeans({
    ...world.platform,
    async findReleased(release) {
      found.push(release.number)
      return Object.entries(release.services).map(([service, { digest, migrationsHash }]) => {
        return { service, digest, migrationsHash, bytes: 1, cached: true }
      })
    },
    async scan(artifacts) {
      scan(artifacts)
      scanned.push(...artifacts.map(({ service }) => service))
      return artifacts.map(({ service, digest }) => {
        const time = { scannedAt: '2026-08-01T06:00:00Z', scanner: null }
        return {
          service,
          digest,
          verdict: 'passed',
          counts: countOfNothing,
          waived: [],
          blocking: [],
          report: null,
          why: null,
          ...time,
        }
      })
    },
  })
  return { means, scanned, found }
}

test('what the source would ship is scanned without a release of it', async () => {
  const { means, scanned, found } = await scanning(() => undefined)
  expect((await scanBuilt(means)).images).toHaveLength(3)
  expect(scanned).toEqual(['users', 'catalog', 'orders'])
  expect(found).toEqual([])
})

test('what runs is scanned as its release is recorded, and nothing is built', async () => {
  const { means, scanned, found } = await scanning(() => undefined)
  expect((await scanRunning(means)).images).toHaveLength(3)
  expect(found).toEqual([1])
  expect(scanned).toHaveLength(3)
})

test('a blocked image is a check that said no', async () => {
  const blocked = new ShopctlError({ code: 'SCAN_BLOCKED', outcome: 'check-failed', what: 'users is blocked' })
  const { means } = await scanning(() => {
    throw blocked
  })
  expect(await failureOf(scanRunning(means))).toBe(blocked)
})

test('where nothing serves nothing is scanned, and that is no pass', async () => {
  const { means } = scriptedMeans(scriptedPlatform({ ...goodSource }).platform)
  expect(await failureOf(scanRunning(means))).toMatchObject({ code: 'NOTHING_TO_SCAN', exitCode: 3 })
})

test('bundles that run as they are have no image: said, and not scanned', async () => {
  const { means, events } = scriptedMeans(scriptedPlatform({ ...goodSource }).platform)
  expect(await scanBuilt(means)).toEqual({ environment: 'local', images: [] })
  expect(events).toContainEqual(expect.objectContaining({ type: 'step.finished', step: 'scan', outcome: 'skipped' }))
})
