import { expect, test } from 'vitest'
import type { InstanceMetrics } from '../platforms/platform.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { scriptedPlatform } from './testing/scripted-platform.ts'
import { goodSource, withRelease1 } from './testing/with-release.ts'
import { type TopLook, type TopRequest, top, topLookSchema } from './top.ts'

const never = new AbortController().signal
const request: TopRequest = { only: null, looks: 'once', everyMilliseconds: 20, variables: {}, signal: never }

const exposition = (requests: number, errors: number): string =>
  [
    `http_request_duration_seconds_count{route="/a",status_code="200"} ${requests - errors}`,
    `http_request_duration_seconds_count{route="/a",status_code="500"} ${errors}`,
    `http_request_duration_seconds_bucket{route="/a",status_code="200",le="0.1"} ${requests}`,
    `http_request_duration_seconds_bucket{route="/a",status_code="200",le="+Inf"} ${requests}`,
  ].join('\n')

const looksOf = async (looks: AsyncIterable<TopLook>, count: number): Promise<readonly TopLook[]> => {
  const seen: TopLook[] = []
  for await (const look of looks) {
    seen.push(topLookSchema.parse(look))
    if (seen.length === count) break
  }
  return seen
}

/** Release 1 with one instance of users that is asked more and more. */
const busyShop = async () => {
  const scripted = await withRelease1()
  let asked = 0
  scripted.metrics.set(1, (): readonly InstanceMetrics[] => {
    asked += 1
    return [{ service: 'users', name: 'users-1', text: exposition(asked * 100, asked * 5), milliseconds: 1 }]
  })
  return scripted
}

test('where instances are asked themselves, one look waits for the second answer', async () => {
  const { platform } = await busyShop()
  const [look, ...more] = await looksOf(top(request, scriptedMeans(platform).means), 2)
  expect(more).toEqual([])
  expect(look).toMatchObject({ prometheus: null, trouble: null, releases: { serving: 1, next: null } })
  const users = look?.rows.find(({ service }) => service === 'users')
  expect(users).toMatchObject({ instances: 1, silent: 0 })
  expect(users?.errorRatio).toBeCloseTo(0.05, 9)
  expect(users?.requestsPerSecond).toBeGreaterThan(0)
})

test('a service that tells nothing is unknown beside the others, and ends nothing', async () => {
  const { platform, metrics } = await withRelease1()
  metrics.set(1, () => [{ service: 'users', name: 'users-1', text: null, reason: 'gone' }])
  const [look] = await looksOf(top({ ...request, only: ['users'] }, scriptedMeans(platform).means), 1)
  expect(look?.rows).toMatchObject([{ service: 'users', instances: 1, silent: 1, requestsPerSecond: null }])
})

test('a live view goes on over what went wrong, and says it', async () => {
  const { platform } = await busyShop()
  const { means } = scriptedMeans(platform)
  const silent = { SHOPCTL_PROMETHEUS_URL: 'http://127.0.0.1:1' }
  const looks = await looksOf(top({ ...request, looks: 'live', variables: silent }, means), 2)
  expect(looks.map(({ trouble }) => trouble)).toEqual(
    Array.from({ length: 2 }, () => 'Prometheus at http://127.0.0.1:1 gave no answer.'),
  )
  const once = looksOf(top({ ...request, variables: silent }, means), 1)
  expect(await failureOf(once)).toMatchObject({ code: 'PROMETHEUS_SILENT', exitCode: 6 })
})

test('it ends with its signal', async () => {
  const { platform } = await busyShop()
  const stop = new AbortController()
  const seen: TopLook[] = []
  for await (const look of top({ ...request, looks: 'live', signal: stop.signal }, scriptedMeans(platform).means)) {
    seen.push(look)
    stop.abort()
  }
  expect(seen).toHaveLength(1)
})

test('where nothing was ever deployed it is refused', async () => {
  const { means } = scriptedMeans(scriptedPlatform(goodSource).platform)
  expect(await failureOf(looksOf(top(request, means), 1))).toMatchObject({ code: 'NOTHING_DEPLOYED', exitCode: 3 })
})
