import { serviceLabel, templateLabel } from '../../../../manifests/labels.ts'
import { aRelease, aServiceRelease } from '../../../releases/testing/a-release.ts'
import type { KubeObject } from '../kube-client.ts'
import { createKubeReleaseStore } from '../release-store.ts'
import { encodeSecret } from '../secret-data.ts'
import { secretName } from '../service-settings.ts'
import { createMemoryKubeClient } from './memory-kube-client.ts'

const namespace = 'ecommerce-staging'
const services = ['users', 'catalog', 'orders'] as const
const hashOf = (service: string): string => `hash-of-${service}`

const deployment = (service: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: service, namespace, labels: { [serviceLabel]: service } },
  spec: {
    replicas: 1,
    template: {
      metadata: { labels: { [templateLabel]: `template-of-${service}`, [serviceLabel]: service } },
      spec: { containers: [{ name: 'main', image: `registry.test/${service}@sha256:${'a'.repeat(64)}` }] },
    },
  },
})

/** A cluster on which release 1 of staging runs, with the secrets that its services were given. */
export const runningShop = async (given: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
  const client = createMemoryKubeClient()
  const signal = AbortSignal.timeout(10_000)
  const put = (object: KubeObject) => client.create(object, signal)
  await put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const service of services) {
    await put(deployment(service))
    const metadata = { name: secretName(service, hashOf(service)), namespace }
    await put({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: encodeSecret(given[service] ?? {}) })
  }
  const parts = services.map((service) => {
    const { metadata, ...rest } = deployment(service)
    const manifest = [{ ...rest, metadata: { name: metadata.name } }]
    return [service, { ...aServiceRelease(service), settingsHash: hashOf(service), manifest }] as const
  })
  const { number: _, ...record } = aRelease({ number: 1, state: 'succeeded' })
  await createKubeReleaseStore({ client, namespace }).create({
    ...record,
    environment: 'staging',
    services: JSON.parse(JSON.stringify(Object.fromEntries(parts))),
    finishedAt: new Date(Date.now() - 60_000).toISOString(),
  })
  return { client, namespace }
}
