import { expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { openWatched } from './open-watched.ts'

const signedOut = async () => Promise.reject(new Error('AWS does not know who asks'))

test.each([
  [environments.prod, {}, { name: 'kubernetes', metricsNamespace: environments.prod.kubernetes?.namespace }],
  [environments.dev, { SHOPCTL_NAMESPACE: 'shop-of-ann' }, { name: 'kubernetes', metricsNamespace: 'shop-of-ann' }],
  [environments.local, {}, { name: 'local', metricsNamespace: 'local' }],
])('with a Prometheus that is named nothing of $name is opened', async (facts, variables, wanted) => {
  const watched = await openWatched(facts, { url: 'http://127.0.0.1:9090', variables, open: signedOut })
  expect(watched).toMatchObject(wanted)
  expect(await watched.openPrometheus(AbortSignal.any([]))).toBeNull()
})

test.each([undefined, ''])('without one (%j) it is the environment that is asked for its own', async (url) => {
  await expect(openWatched(environments.prod, { url, variables: {}, open: signedOut })).rejects.toThrow('AWS')
})
