import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type KeptRun, parseKeptRun } from '../../../loadtest/report/kept-run.ts'
import { documentOf } from '../published-schemas.ts'
import type { CommandResult } from '../running-command.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { listAll, noCluster, onCluster } from './test-cluster.ts'

const run = ['loadtest', 'run', '--env', 'dev', '--profile', 'smoke', '--workers', '3']
/** The third second of the load; a step may also be `done in 3 s`. */
const sending = /^\S+ 3 s, \d+ users/m
const documentSchema = z.object({ verdict: z.string(), files: z.object({ result: z.string() }) })

describe.skipIf(noCluster !== null)(onCluster('load workers beside the shop'), () => {
  let shop: ClusterShop
  beforeAll(async () => {
    shop = await createClusterShop()
    await shop.deploy()
  })
  afterAll(() => shop?.close())

  /** Everything that a run makes for its workers. */
  const made = async () => {
    const labelSelector = 'app.kubernetes.io/name=load-worker'
    const kinds = [
      { apiVersion: 'batch/v1', kind: 'Job' },
      { apiVersion: 'v1', kind: 'Pod' },
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    ]
    const lists = await Promise.all(
      kinds.map((kind) => listAll(shop.kube, { ...kind, namespace: shop.namespace, labelSelector })),
    )
    return lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  }

  const keptOf = async (result: CommandResult): Promise<KeptRun> => {
    const document = documentOf(result)
    const { files } = documentSchema.parse(document.ok ? document.result : null)
    return parseKeptRun(await readFile(files.result, 'utf8'))
  }

  test('three pods send one load, which is judged as one, and are gone when the command ends', async () => {
    const result = await shop.run([...run, '--duration', '15s', '--json'])
    expect([0, 5], result.stderr).toContain(result.code)
    const { result: load } = await keptOf(result)
    expect(load).toMatchObject({
      target: `http://edge.${shop.namespace}.svc:8080`,
      workers: 3,
      partial: false,
      verdict: { valid: true, reasons: [] },
    })
    const { started, ok, failed, timed_out: timedOut, cancelled } = load.totals
    expect(started).toBe(ok + failed + timedOut + cancelled)
    expect(ok).toBeGreaterThan(20)
    await expect.poll(made, { timeout: 30_000 }).toEqual([])
  })

  test('an interrupt stops the pods, keeps the part that was measured, and leaves nothing on the cluster', async () => {
    const running = shop.start([...run, '--duration', '120s', '--ui', 'plain'])
    await running.waitFor(sending, 120)
    expect((await made()).filter((object) => object.startsWith('Pod ')).length).toBe(3)
    running.kill('SIGINT')
    const { code, stderr } = await running.result()
    expect(code, running.output()).toBe(130)
    expect(stderr).toContain('the partial result is in')
    await expect.poll(made, { timeout: 30_000 }).toEqual([])
  })

  test('killed at once, it leaves a Job that ends by itself', async () => {
    const running = shop.start([...run, '--duration', '120s', '--ui', 'plain'])
    await running.waitFor(sending, 120)
    running.kill('SIGKILL')
    await running.result()
    const isOver = async () => {
      const jobs = await listAll(shop.kube, { apiVersion: 'batch/v1', kind: 'Job', namespace: shop.namespace })
      const load = jobs.filter(({ metadata }) => metadata.name.startsWith('load-'))
      const ended = z.object({ status: z.object({ active: z.int().default(0) }) })
      return load.every((job) => ended.parse(job).status.active === 0)
    }
    await expect.poll(isOver, { timeout: 60_000, interval: 1_000 }).toBe(true)
  })

  test('where the cluster does not let all of it be made, nothing is sent and nothing is left', async () => {
    const { apiVersion, kind, name, namespace } = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'e2e-full', ...shop }
    const quota = { apiVersion, kind, metadata: { name, namespace }, spec: { hard: { 'count/configmaps': '0' } } }
    const deadline = () => AbortSignal.timeout(30_000)
    await shop.kube.apply({ object: quota, conflicts: 'take', mode: 'apply' }, deadline())
    const isCounted = async () => {
      const found = await shop.kube.read({ apiVersion, kind, name, namespace }, deadline())
      return JSON.stringify(found?.status ?? null).includes('count/configmaps')
    }
    await expect.poll(isCounted, { timeout: 30_000 }).toBe(true)
    const before = new Set(await made())
    const result = await shop.run([...run, '--duration', '15s'])
    await shop.kube.delete({ apiVersion, kind, name, namespace }, deadline())
    expect(result.code, result.stderr).toBe(3)
    expect(result.stderr).toContain('exceeded quota: e2e-full')
    // Of the run before, which was killed, something may still be on its way out.
    const left = async () => (await made()).filter((object) => !before.has(object))
    await expect.poll(left, { timeout: 30_000 }).toEqual([])
  })
})
