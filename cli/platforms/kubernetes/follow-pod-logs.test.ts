import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { followPodLogs } from './follow-pod-logs.ts'
import type { KubeClient } from './kube-client.ts'
import { captured } from './testing/captured-objects.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'

const namespace = 'health-fixtures'

test('a log that is refused is told once and not asked for again', async () => {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)])
  const client = createMemoryKubeClient()
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  for (const pod of captured('healthy', 'Pod')) await client.create(pod, signal)
  let asked = 0
  const followLogs: KubeClient['followLogs'] = async function* () {
    asked += 1
    // Asked a second time it would be asked for ever.
    if (asked > 1) stop.abort()
    throw new ShopctlError({ code: 'KUBE_FORBIDDEN', outcome: 'refused', what: 'The cluster does not allow it.' })
    // biome-ignore lint/correctness/noUnreachable: a generator has to yield somewhere
    yield ''
  }
  const request = { services: ['healthy'], release: null, previous: false, tailLines: 5, follow: true, signal }
  const lines: string[] = []
  const wait = setTimeout(() => stop.abort(), 1_500)
  for await (const { text } of followPodLogs({
    client: { ...client, followLogs },
    namespace,
    request,
    templates: null,
  }))
    lines.push(text)
  clearTimeout(wait)
  expect(lines).toEqual(['(its log cannot be followed: The cluster does not allow it.)'])
  expect(asked).toBe(1)
})
