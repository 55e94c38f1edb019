import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeClient, KubeObject, WatchEvent } from './kube-client.ts'
import { listAndWatch } from './list-and-watch.ts'
import { configMap, eventLine, lists, saysNo, watches } from './testing/scripted-answers.ts'
import { type ScriptedAnswer, ScriptedApiServer } from './testing/scripted-api-server.ts'
import type { WatchChange, WatchedObjects } from './watched-objects.ts'

let server: ScriptedApiServer
let stop: AbortController
beforeEach(async () => {
  server = await ScriptedApiServer.start()
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await server[Symbol.asyncDispose]()
})

const request = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' }

/** Watches until what is known is as wanted, and tells how it came about. */
const until = async (wanted: (watched: WatchedObjects) => boolean, watchSeconds = 30) => {
  const changes: WatchChange[] = []
  const reasons: string[] = []
  const objects: Record<string, unknown> = {}
  await listAndWatch(server.client(), request, {
    watchSeconds,
    signal: stop.signal,
    onChange(change, watched) {
      changes.push(change)
      if (!watched.touch.inTouch) reasons.push(watched.touch.why)
      if (!wanted(watched)) return
      for (const { metadata } of watched.objects.values()) objects[metadata.name] = metadata.resourceVersion
      stop.abort()
    },
  })
  return { changes: changes.map(({ type }) => type), reasons, objects }
}

const has = (name: string, version: number) => (watched: WatchedObjects) =>
  watched.touch.inTouch &&
  [...watched.objects.values()].some(
    ({ metadata }) => metadata.name === name && metadata.resourceVersion === String(version),
  )

const watchVersions = () =>
  server.asked
    .filter(({ url }) => url.searchParams.has('watch'))
    .map(({ url }) => url.searchParams.get('resourceVersion'))

test('what is listed and then happens is known, and what is deleted is not', async () => {
  server.will(
    lists(5, configMap('a', 3), configMap('b', 4)),
    watches('stays open', eventLine('DELETED', configMap('b', 6)), eventLine('ADDED', configMap('c', 7))),
  )
  expect(await until(has('c', 7))).toEqual({
    changes: ['listed', 'gone', 'set'],
    reasons: [],
    objects: { a: '3', c: '7' },
  })
})

test('after a reset the watch goes on from the last version that it saw, also from a bookmark', async () => {
  server.will(
    lists(5, configMap('a', 3)),
    watches('resets', eventLine('MODIFIED', configMap('a', 6))),
    watches('resets', eventLine('BOOKMARK', { metadata: { resourceVersion: '90', creationTimestamp: null } })),
    watches('stays open', eventLine('MODIFIED', configMap('a', 91))),
  )
  const { changes, reasons } = await until(has('a', 91))
  expect(watchVersions()).toEqual(['5', '6', '90'])
  expect(changes).toEqual(['listed', 'set', 'touch', 'touch', 'touch', 'touch', 'set'])
  expect(reasons).toHaveLength(2)
})

test('an event that was cut in the middle is not taken for one', async () => {
  server.will(
    lists(5),
    watches('ends', eventLine('ADDED', configMap('a', 6)).slice(0, 40)),
    watches('stays open', eventLine('ADDED', configMap('a', 6))),
  )
  expect((await until(has('a', 6))).objects).toEqual({ a: '6' })
  expect(watchVersions()).toEqual(['5', '5'])
})

test('a watch that the server ends in good order is opened again without a word', async () => {
  server.will(
    lists(5),
    watches('ends', eventLine('ADDED', configMap('a', 6))),
    watches('stays open', eventLine('MODIFIED', configMap('a', 7))),
  )
  expect((await until(has('a', 7))).changes).toEqual(['listed', 'set', 'set'])
})

test.each([
  [
    'in the stream',
    watches('ends', eventLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })),
  ],
  ['at the opening', saysNo(410, { reason: 'Expired' })],
])('where the version is gone, told %s, all is listed again', async (_where, expired) => {
  server.will(lists(5, configMap('a', 3)), expired, lists(50, configMap('b', 40)), watches('stays open'))
  expect(await until(has('b', 40))).toEqual({ changes: ['listed', 'listed'], reasons: [], objects: { b: '40' } })
})

test('a server that came back with other versions is listed anew', async () => {
  const tooLarge = saysNo(504, { reason: 'Timeout', message: 'Too large resource version' })
  server.will(lists(500, configMap('a', 300)), tooLarge, tooLarge, lists(8, configMap('a', 7)), watches('stays open'))
  const { objects, reasons } = await until(has('a', 7))
  expect(objects).toEqual({ a: '7' })
  expect(reasons).toEqual(['Too large resource version'])
})

test.each([429, 500, 503])('%i at the opening is tried again', async (code) => {
  server.will(
    lists(5),
    saysNo(code, { reason: 'InternalError' }),
    watches('stays open', eventLine('ADDED', configMap('a', 6))),
  )
  expect((await until(has('a', 6))).reasons).toEqual([`no ${code}`])
})

test('a watch over which nothing comes past its own end is cut, and out of touch since the last sign', async () => {
  server.will(lists(5), watches('stays open'), watches('stays open', eventLine('ADDED', configMap('a', 6))))
  const { reasons } = await until(has('a', 6), 0.1)
  expect(reasons).toEqual(['nothing came for 2.1 s, not even the end'])
})

test('a server that is away is waited for, and nothing is forgotten meanwhile', async () => {
  const away = Promise.withResolvers<void>()
  server.will(lists(5, configMap('a', 3)), () => away.resolve(server.stop()))
  let back: Promise<void> | null = null
  const comeBack = async () => {
    await away.promise
    server.will(watches('stays open', eventLine('ADDED', configMap('b', 6))))
    await server.listen()
  }
  const { objects, changes } = await until((watched) => {
    if (!watched.touch.inTouch) back ??= comeBack()
    return has('b', 6)(watched)
  })
  await back
  expect(objects).toEqual({ a: '3', b: '6' })
  expect(changes).toEqual(['listed', 'touch', 'touch', 'set'])
})

/** A server that is slow to say what was missed, as one that has just come back. */
const opensAndSaysLater =
  (said: () => void, ...lines: readonly string[]): ScriptedAnswer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    setTimeout(() => {
      said()
      response.write(lines.join(''))
    }, 100)
  }

test('after a cut what is known counts again only with what was missed', async () => {
  let hasSaid = false
  const said = () => {
    hasSaid = true
  }
  const later = opensAndSaysLater(said, eventLine('MODIFIED', configMap('a', 7)))
  server.will(lists(5, configMap('a', 3)), watches('resets'), later)
  let wasLost = false
  const inTouchAfterSaid: boolean[] = []
  await until((watched) => {
    wasLost ||= !watched.touch.inTouch
    if (wasLost && watched.touch.inTouch) inTouchAfterSaid.push(hasSaid)
    return has('a', 7)(watched)
  })
  expect(inTouchAfterSaid).toEqual([true, true])
})

test('after a cut in which nothing was missed, a quiet watch is touch enough', async () => {
  server.will(lists(5, configMap('a', 3)), watches('resets'), watches('stays open'))
  let wasLost = false
  const { changes } = await until((watched) => {
    wasLost ||= !watched.touch.inTouch
    return wasLost && watched.touch.inTouch
  })
  expect(changes).toEqual(['listed', 'touch', 'touch'])
})

test('what the server refuses is thrown', async () => {
  server.will(saysNo(403, { reason: 'Forbidden', message: 'configmaps is forbidden: User "u" cannot list resource' }))
  await expect(until(() => false)).rejects.toMatchObject({ code: 'KUBE_FORBIDDEN', exitCode: 3 })
})

test("a listener's own error is not taken for the network's", async () => {
  server.will(lists(5))
  const broken = () => {
    throw new Error('broken on purpose')
  }
  await expect(until(broken)).rejects.toThrow('broken on purpose')
})

const replicas = 300
const eventsEach = 100

/** Counts how often any object is looked at. */
const countedObject = (index: number, version: number, looks: { count: number }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  get metadata() {
    looks.count += 1
    return { name: `pod-${index}`, uid: `uid-${index}`, resourceVersion: String(version), managedFields: ['long'] }
  },
})

async function* generatedEvents(looks: { count: number }): AsyncGenerator<WatchEvent> {
  for (let version = 1; version <= replicas * eventsEach; version += 1)
    yield { type: 'MODIFIED', object: countedObject(version % replicas, version, looks) }
}

test('the work for one of 30000 events is the same however many pods there are', async () => {
  const looks = { count: 0 }
  const client: Pick<KubeClient, 'list' | 'watch'> = {
    list: async () => ({
      items: Array.from({ length: replicas }, (_, index) => countedObject(index, 0, { count: 0 })),
      resourceVersion: '0',
    }),
    watch: () => generatedEvents(looks),
  }
  const maps = new Set<unknown>()
  let events = 0
  let kept = 0
  await listAndWatch(
    client,
    { apiVersion: 'v1', kind: 'Pod', namespace: 'shop' },
    {
      signal: stop.signal,
      onChange(change, watched) {
        maps.add(watched.objects)
        kept = watched.objects.size
        if (change.type === 'set') events += 1
        if (events === replicas * eventsEach) stop.abort()
      },
    },
  )
  expect(events).toBe(replicas * eventsEach)
  expect(looks.count / events).toBeLessThanOrEqual(2)
  expect(maps.size).toBe(1)
  expect(kept).toBe(replicas)
})
