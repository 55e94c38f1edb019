import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { workload } from '../../../manifests/workload.ts'
import { serviceNames } from '../../../services/registry.ts'
import { environments } from '../../../stacks/environments.ts'
import { contentOf, digestOf, jsonContent } from '../../images/assemble/content.ts'
import { mediaTypes } from '../../images/assemble/oci-schemas.ts'
import { type ScriptedRegistry, startScriptedRegistry } from '../../images/testing/scripted-registry.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { createImageStore } from './image-store.ts'
import { thrownBy } from './testing/thrown-by.ts'

const facts = environments.prod.kubernetes
const architectures = ['amd64', 'arm64']

let root = ''
let there: ScriptedRegistry
let here: ScriptedRegistry
const said: string[] = []
const work = () => ({ say: (message: string) => said.push(message), signal: AbortSignal.timeout(25_000) })

beforeEach(async () => {
  said.length = 0
  root = await mkdtemp(join(tmpdir(), 'shopctl released '))
  there = await startScriptedRegistry()
  here = await startScriptedRegistry()
})
afterEach(async () => {
  await Promise.all([there.close(), here.close()])
  await rm(root, { recursive: true })
})

/** An image of two platforms, as a deploy has left it in a registry. */
const putImage = (on: ScriptedRegistry, repository: string): string => {
  const children = architectures.map((architecture) => {
    const layer = contentOf(mediaTypes.layer, Buffer.from(`the layer of ${repository} on ${architecture}`))
    const config = jsonContent(mediaTypes.config, {
      architecture,
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digestOf(`archive of ${repository}`)] },
    })
    const parts = { config: config.descriptor, layers: [layer.descriptor] }
    for (const { descriptor, bytes } of [layer, config]) on.blobs.set(`${repository}@${descriptor.digest}`, bytes)
    return jsonContent(mediaTypes.manifest, { schemaVersion: 2, mediaType: mediaTypes.manifest, ...parts })
  })
  const manifests = children.map(({ descriptor }, at) => {
    return { ...descriptor, platform: { os: 'linux', architecture: architectures[at] } }
  })
  const index = jsonContent(mediaTypes.index, { schemaVersion: 2, mediaType: mediaTypes.index, manifests })
  for (const { descriptor, bytes } of [...children, index]) {
    on.manifests.set(`${repository}:${descriptor.digest}`, { mediaType: descriptor.mediaType, bytes })
  }
  return index.descriptor.digest
}

const deploymentOf = (service: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: service },
  spec: { template: { metadata: { labels: { 'shopctl.dev/template': 't' } }, spec: { containers: [{ image }] } } },
})

/** Release 12 of staging, whose images are below a path of a registry. */
const releaseOn = (on: ScriptedRegistry, host = on.host): ReleaseRecord => {
  const services = serviceNames.map((service) => {
    const repository = `staging/${workload(service).longName}`
    const digest = putImage(on, repository)
    const manifest = [deploymentOf(service, `${host}/${repository}@${digest}`)]
    return [service, { digest, settingsHash: 'settings', migrationsHash: `of ${service}`, manifest }] as const
  })
  return { ...aRelease({ number: 12 }), services: Object.fromEntries(services) }
}

const storeOf = (registry: string) => {
  if (facts === null) throw new Error('prod runs on Kubernetes')
  const variables = { SHOPCTL_REGISTRY: registry, SHOPCTL_STATE_DIR: root, HOME: root }
  const place = { client: { server: 'https://cluster.test' }, repository: root, warn: () => undefined }
  return createImageStore({ ...place, environment: environments.prod, facts, variables })
}

test('images of the same registry are found by their digests, and are not touched', async () => {
  const release = releaseOn(there)
  const found = await storeOf(`${there.host}/staging`).findReleased(release, work())
  expect(found.map(({ service, digest, migrationsHash }) => ({ service, digest, migrationsHash }))).toEqual(
    serviceNames.map((service) => {
      return { service, digest: release.services[service]?.digest, migrationsHash: `of ${service}` }
    }),
  )
  expect(found.map(({ image }) => [image?.present, image?.platforms])).toEqual(
    serviceNames.map(() => ['in-registry', ['linux/amd64', 'linux/arm64']]),
  )
  expect(there.asked().filter((request) => /^HEAD .*sha256/.test(request))).toHaveLength(3)
  expect(there.asked().filter((request) => /^(POST|PUT|PATCH)/.test(request))).toEqual([])
})

test('images of another registry are copied with their digests, once, and get a name there', async () => {
  const release = releaseOn(there)
  const store = storeOf(`${here.host}/prod`)
  const found = await store.findReleased(release, work())
  expect(new Set(found.map(({ image }) => image?.present))).toEqual(new Set(['elsewhere']))
  expect(here.manifests.size).toBe(0)

  await store.copyReleased(found, work())
  for (const { service, digest } of found) {
    const repository = `prod/${workload(serviceNames.find((name) => name === service) ?? 'users').longName}`
    expect(here.manifests.get(`${repository}:${digest}`)?.bytes).toEqual(
      there.manifests.get(`${repository.replace('prod', 'staging')}:${digest}`)?.bytes,
    )
    expect([...here.manifests.keys()]).toContain(`${repository}:d-${digest.slice(7, 39)}`)
    expect(store.referenceOf(service, digest)).toBe(`${here.host}/${repository}@${digest}`)
  }
  const sent = () => here.asked().filter((request) => /^(PUT|PATCH)/.test(request)).length
  const before = sent()
  await store.copyReleased(found, work())
  expect(sent()).toBe(before)
})

test('an image that its registry lost is named, and nothing is copied', async () => {
  const release = releaseOn(there)
  there.manifests.delete(`staging/product-catalog:${release.services.catalog?.digest}`)
  const error = await thrownBy(storeOf(here.host).findReleased(release, work()))
  expect(error).toMatchObject({ code: 'IMAGES_NOT_THERE', exitCode: 3 })
  const reference = `${there.host}/staging/product-catalog@${release.services.catalog?.digest}`
  expect(error.why).toEqual([`catalog: the registry does not have ${reference}`])
  expect(here.asked()).toEqual([])
})

test('images that went into the nodes of a kind cluster, and services that never ran there, are told', async () => {
  const { orders: _, ...services } = releaseOn(there, 'kind.invalid').services
  const error = await thrownBy(storeOf(here.host).findReleased({ ...aRelease({ number: 12 }), services }, work()))
  const intoNodes = 'its image went into the nodes of a kind cluster and into no registry'
  expect(error.why).toEqual([`users: ${intoNodes}`, `catalog: ${intoNodes}`, 'orders: the record names no image'])
})

test('a registry that does not answer is no reason to go on', async () => {
  const release = releaseOn(there)
  await there.close()
  const error = await thrownBy(storeOf(here.host).findReleased(release, work()))
  expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', exitCode: 3 })
})
