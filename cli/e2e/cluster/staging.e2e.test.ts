import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { serviceNames } from '../../../services/registry.ts'
import type { KubeObject } from '../../platforms/kubernetes/kube-client.ts'
import { eventually } from './cluster-shop.ts'
import { startEmptyAwsAccount } from './empty-aws-account.ts'
import { createStagingShop, namespaceExists, type StagingShop } from './staging-shop.ts'
import { listAll, noCluster, onCluster } from './test-cluster.ts'

let staging: StagingShop
beforeAll(async () => {
  if (noCluster === null) staging = await createStagingShop()
})
afterAll(async () => staging?.close())

const withoutScanner = process.env.PATH ?? '/usr/bin:/bin'
const deadline = () => AbortSignal.timeout(30_000)
const deploymentSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ replicas: z.int() }),
})
const documentSchema = z.object({
  error: z.object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) }),
})
const resultSchema = z.object({ result: z.object({ outcome: z.string() }) })

const kinds = {
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  Ingress: 'networking.k8s.io/v1',
} as const

const objects = (kind: keyof typeof kinds): Promise<readonly KubeObject[]> =>
  listAll(staging.shop.kube, { apiVersion: kinds[kind], kind, namespace: staging.shop.namespace })

const replicas = async (): Promise<Readonly<Record<string, number>>> => {
  const deployments = z.array(deploymentSchema).parse(await objects('Deployment'))
  return Object.fromEntries(deployments.map(({ metadata, spec }) => [metadata.name, spec.replicas]))
}

const catalog = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'product-catalog',
  namespace: staging.shop.namespace,
})

/** Every number of pods that anybody asked for, until the answer is called. */
const watchReplicas = async (): Promise<() => ReadonlySet<number>> => {
  const { kube, namespace } = staging.shop
  const ended = new AbortController()
  const fieldSelector = 'metadata.name=product-catalog'
  const request = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, fieldSelector }
  const { resourceVersion } = await kube.list(request, deadline())
  const seen = new Set<number>()
  const look = async () => {
    for await (const event of kube.watch({ ...request, resourceVersion }, ended.signal)) {
      if (event.type !== 'BOOKMARK') seen.add(deploymentSchema.parse(event.object).spec.replicas)
    }
  }
  const looking = look().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error
  })
  return () => {
    ended.abort()
    looking.catch(() => undefined)
    return seen
  }
}

const readyPods = async (service: string): Promise<number> =>
  (await staging.shop.pods()).filter((pod) => pod.service === service && pod.ready && !pod.terminating).length

const waive = async (ids: readonly string[]) => {
  const one = (id: string) => `  - id: ${id}\n    statement: Nothing of it is called.\n    expired_at: 2100-01-01\n`
  const undo = await staging.shop.edit('.trivyignore.yaml', () => `vulnerabilities:\n${ids.map(one).join('')}`)
  return { undo }
}

/** A refusal as the document tells it, and that nothing was made or sent. */
const refused = async (args: readonly string[], options: { env?: Record<string, string>; exit: number }) => {
  const { exit, ...rest } = options
  const { code, stdout, stderr } = await staging.run([...args, '--json'], rest)
  expect(code, stderr).toBe(exit)
  return documentSchema.parse(JSON.parse(stdout)).error
}

const nothingPushed = async () => {
  for (const service of serviceNames) expect(await staging.pushedTags(service)).toEqual([])
}

const nothingChanged = async () => {
  expect(await namespaceExists(staging.shop)).toBe(false)
  await nothingPushed()
}

describe.skipIf(noCluster !== null)(onCluster('staging'), () => {
  test('says how to go on without AWS, and changes nothing', async () => {
    const { code, why, fix } = await refused(['deploy'], { exit: 3 })
    expect(code).toBe('AWS_NOT_LOGGED_IN')
    expect(why).toContain('AWS is asked because the encrypted file does not have every secret that is needed')
    expect(fix.join('\n')).toContain('secrets set JWT_PRIVATE_KEYS --env staging --service users')
    await nothingChanged()
  })

  test('names every secret that is missing at once, and changes nothing', async () => {
    const account = await startEmptyAwsAccount()
    onTestFinished(() => account.close())
    const { code, why, fix } = await refused(['deploy'], { exit: 3, env: account.env })
    expect(code).toBe('SECRETS_MISSING')
    expect(why.map((line) => line.split(';')[0])).toEqual([
      'users needs DATABASE_URL',
      'users needs JWT_PRIVATE_KEYS',
      'users needs TOKEN_KEY',
      'catalog needs DATABASE_URL',
      'catalog needs SERVICE_CLIENT_SECRET',
      'catalog needs CURSOR_KEY',
      'orders needs DATABASE_URL',
      'orders needs SERVICE_CLIENT_SECRET',
      'orders needs CURSOR_KEY',
    ])
    expect(fix.join('\n')).toContain('secrets set JWT_PRIVATE_KEYS --env staging --service users')
    await nothingChanged()
  })

  test('keeps secrets that a person gives, and says their names only', async () => {
    for (const { service, name, value } of await staging.startFoundations()) {
      const whose = service === '*' ? [] : ['--service', service]
      const { code, stdout, stderr } = await staging.run(['secrets', 'set', name, ...whose], { input: value })
      expect(code, stderr).toBe(0)
      expect(stdout + stderr).not.toContain(value)
    }
    const { stdout } = await staging.run(['secrets', 'list'])
    for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'JWT_PRIVATE_KEYS', 'REDIS_URL', 'CURSOR_KEY']) {
      expect(stdout).toContain(name)
    }
    expect(stdout).not.toMatch(/postgres:|"kty"/)
  })

  test('is not deployed to without a scanner', async () => {
    const { code, why, what } = await refused(['deploy'], { exit: 3, env: { PATH: withoutScanner } })
    expect(code).toBe('TOOL_MISSING')
    expect([what, ...why].join(' ')).toContain('trivy')
    await nothingPushed()
  })

  test('is not deployed to where the scanner comes to no verdict', async () => {
    staging.scannerEnds('empty')
    const { code } = await refused(['push', '--only', 'users'], { exit: 3 })
    expect(code).toBe('SCAN_FAILED')
    await nothingPushed()
  })

  test('refuses images with known vulnerabilities, and leaves a report', async () => {
    await staging.scannerFinds('vulnerabilities')
    const { code, what, why, fix } = await refused(['deploy'], { exit: 5 })
    expect(code).toBe('SCAN_BLOCKED')
    expect(what).toMatch(/users's image [0-9a-f]{12}, catalog's image .* nothing was changed/)
    expect(why.join('\n')).toContain('CVE-2026-10001')
    expect(fix).toContain(`cat '${join(staging.shop.root, 'reports', 'users.scan.txt')}'`)
    const reports = await readdir(join(staging.shop.root, 'reports'))
    expect(reports).toEqual(expect.arrayContaining(['users.scan.html', 'users.scan.sarif.json', 'users.scan.cdx.json']))
    await nothingPushed()
  })

  test('takes what a waiver lets pass, and keeps every verdict with its digest', async () => {
    const { undo } = await waive(['CVE-2026-10001', 'CVE-2026-10002'])
    const { code, stdout, stderr } = await staging.run(['deploy'])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/The Ingress for staging.shop.example has no address: .* stands in for its load balancer/)
    const { services, scans, state } = await staging.shop.record(1)
    expect(state).toBe('succeeded')
    expect(scans.map(({ service }) => service).toSorted()).toEqual(serviceNames.toSorted())
    for (const { service, digest, verdict, waived, scanner } of scans) {
      expect({ digest, verdict, version: scanner?.version }).toEqual({
        digest: services[service]?.digest,
        verdict: 'passed',
        version: '0.70.0',
      })
      expect(waived.toSorted()).toEqual(['CVE-2026-10001', 'CVE-2026-10002'])
    }
    await undo()
    await staging.scannerFinds('a trifle')
  })

  test('has two pods of each service, an autoscaler, a disruption budget and a way in', async () => {
    expect(await replicas()).toEqual({ 'order-management': 2, 'product-catalog': 2, 'user-management': 2 })
    const ready = (await staging.shop.pods()).filter((pod) => pod.ready && !pod.terminating)
    expect(ready).toHaveLength(6)
    for (const kind of ['HorizontalPodAutoscaler', 'PodDisruptionBudget'] as const) {
      expect((await objects(kind)).map(({ metadata }) => metadata.name).toSorted()).toEqual(
        Object.keys(await replicas()),
      )
    }
    expect(await objects('Ingress')).not.toEqual([])
  })

  test('leaves the number of pods to the autoscaler, whatever is released', async () => {
    // As the autoscaler does it.
    const scaler = { ...catalog(), apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
    const neverDown = {
      body: { spec: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } } },
      fieldManager: 'kube-controller-manager',
    }
    await staging.shop.kube.patch(scaler, neverDown, deadline())
    const scaled = { body: { spec: { replicas: 3 } }, subresource: 'scale', fieldManager: 'kube-controller-manager' }
    await staging.shop.kube.patch(catalog(), scaled, deadline())
    await eventually('had three ready pods of catalog', async () => (await readyPods('catalog')) === 3)

    const again = await staging.run(['deploy', '--json'])
    expect(again.code, again.stderr).toBe(0)
    expect(resultSchema.parse(JSON.parse(again.stdout)).result.outcome).toBe('unchanged')

    const seen = await watchReplicas()
    await staging.shop.edit('services/catalog/main.ts', (text) => `${text}\nReflect.set(globalThis, 'second', 1)\n`)
    const changed = await staging.run(['deploy'])
    expect(changed.code, changed.stderr).toBe(0)
    expect([...seen()]).toEqual([3])
    const [first, second] = await Promise.all([staging.shop.record(1), staging.shop.record(2)])
    expect(second.services.catalog?.digest).not.toBe(first.services.catalog?.digest)
    expect(second.scans.find(({ service }) => service === 'catalog')?.digest).toBe(second.services.catalog?.digest)
  })

  test('does not go back where nobody can be asked', async () => {
    const { code, stderr } = await staging.run(['rollback'])
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/^NOT_CONFIRMED: Rollback of staging was not confirmed; nothing was changed\./m)
    expect(stderr).toMatch(/Fix: .* rollback --env staging --to 1 --yes$/m)
  })

  test('goes back to what was recorded, with three pods of catalog', async () => {
    const { code, stderr } = await staging.run(['rollback', '--yes'])
    expect(code, stderr).toBe(0)
    const [back, first] = await Promise.all([staging.shop.record(3), staging.shop.record(1)])
    expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', services: first.services, scans: first.scans })
    expect(await readyPods('catalog')).toBe(3)
    const status = await staging.run(['status'])
    expect(status.code, status.stderr).toBe(0)
    expect(status.stdout).toContain('release 3')
    expect(status.stdout).toContain(first.services.catalog?.digest.replace('sha256:', '').slice(0, 12))
  })
})
