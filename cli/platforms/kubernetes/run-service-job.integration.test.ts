import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from './kube-client.ts'
import { referenceOf } from './object-reference.ts'
import { askByJob, migrateByJob, seedByJob } from './run-service-job.ts'
import { clusterMissing, nodeContainer, openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'
import { thrownBy } from './testing/thrown-by.ts'
import { untilListed } from './until-listed.ts'

const applied = '{"event":"applied","name":"0001_accounts","reversible":false,"milliseconds":3}'
const failed = '{"event":"failed","name":"0002_orders","message":"relation exists","sqlstate":"42P07","detail":null}'

describe.skipIf(clusterMissing !== null)('a migration as a Job', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await openTestCluster('job')
  })
  afterAll(() => cluster?.close())

  type JobSample = { readonly name: string; readonly program: string; readonly image?: string; readonly spec?: object }

  const jobOf = ({ name, program, image = cluster.image, spec = {} }: JobSample): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: cluster.namespace },
    spec: {
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: 'Never', containers: [nodeContainer(image, program)], terminationGracePeriodSeconds: 2 },
      },
      ...spec,
    },
  })

  const run = (job: KubeObject, signal = cluster.signal) => ({
    client: cluster.client,
    job,
    service: 'orders',
    environment: 'staging',
    signal,
  })
  const read = (job: KubeObject) => cluster.client.read(referenceOf(job), cluster.signal)
  const pods = async (name: string) => {
    const labelSelector = `batch.kubernetes.io/job-name=${name}`
    const request = { apiVersion: 'v1', kind: 'Pod', namespace: cluster.namespace, labelSelector }
    return { request, items: (await cluster.client.list(request, cluster.signal)).items }
  }

  test('what it applied is answered', async () => {
    const job = jobOf({ name: 'done', program: `console.log('noise');console.log('${applied}')` })
    expect(await migrateByJob(run(job))).toEqual({
      applied: [{ service: 'orders', name: '0001_accounts', reversible: false }],
      failure: null,
    })
  })

  test('a finished Job that a killed shopctl left is read and not run again', async () => {
    const job = jobOf({ name: 'left', program: `console.log('${applied}')` })
    await migrateByJob(run(job))
    const before = (await read(job))?.metadata.uid
    expect((await migrateByJob(run(job))).applied).toHaveLength(1)
    expect((await read(job))?.metadata.uid).toBe(before)
  })

  test('what was applied before a failure is told, with the failure in the database’s words', async () => {
    const job = jobOf({
      name: 'fails',
      program: `console.log('${applied}');console.log('${failed}');process.exitCode = 1`,
    })
    const { applied: done, failure } = await migrateByJob(run(job))
    expect(done).toHaveLength(1)
    expect(failure).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: 'orders could not be migrated in staging',
      why: ['migration 0002_orders: relation exists'],
    })
  })

  test('a crash is told in its last words and by its exit code', async () => {
    const job = jobOf({ name: 'crashes', program: `throw new Error('DATABASE_URL: invalid url')` })
    const { failure } = await migrateByJob(run(job))
    expect(failure?.why.join('\n')).toMatch(/DATABASE_URL: invalid url/)
    expect(failure?.why.join('\n')).toMatch(/container "server" of crashes-\w+ exited 1/)
  })

  test('a Job that gets no pod, because of a quota, ends with the quota’s words', async () => {
    await cluster.client.create(
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: cluster.namespace },
        spec: { hard: { pods: '0' } },
      },
      cluster.signal,
    )
    const request = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: cluster.namespace }
    const holds = (quotas: readonly KubeObject[]) => (JSON.stringify(quotas).includes('"used"') ? 'yes' : null)
    const wait = { client: cluster.client, request, judge: holds, deadlineSeconds: 20, doing: 'waiting' }
    await untilListed({ ...wait, signal: cluster.signal })
    const { failure } = await migrateByJob(run(jobOf({ name: 'quota', program: '' })))
    expect(failure?.why.join('\n')).toMatch(/no pod appeared: .*exceeded quota: none/)
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'none', namespace: cluster.namespace }
    await cluster.client.delete(quota, cluster.signal)
  }, 60_000)

  test('an image that is not there ends it, with the image in the words', async () => {
    const image = `${process.env.SHOPCTL_REGISTRY}/none:1`
    const { failure } = await migrateByJob(run(jobOf({ name: 'image', program: '', image })))
    expect(failure?.why.join('\n')).toContain(image)
    expect(await read(jobOf({ name: 'image', program: '' }))).toBeNull()
  }, 60_000)

  test('interrupted, it is gone with its pods before the interruption is told', async () => {
    const interrupt = new AbortController()
    const job = jobOf({ name: 'runs', program: 'setInterval(() => {}, 1000)' })
    const migrating = thrownBy(migrateByJob(run(job, interrupt.signal)))
    const { request } = await pods('runs')
    const isRunning = (items: readonly KubeObject[]) => (JSON.stringify(items).includes('"Running"') ? 'yes' : null)
    const wait = { client: cluster.client, request, judge: isRunning, deadlineSeconds: 20, doing: 'waiting' }
    await untilListed({ ...wait, signal: cluster.signal })
    interrupt.abort()
    expect(await migrating).toMatchObject({ code: 'INTERRUPTED' })
    expect((await pods('runs')).items).toEqual([])
    expect(await read(job)).toBeNull()
  }, 60_000)

  test('a Job that goes on too long is ended by the cluster and told as that', async () => {
    const job = jobOf({ name: 'long', program: 'setInterval(() => {}, 1000)', spec: { activeDeadlineSeconds: 2 } })
    const { failure } = await migrateByJob(run(job))
    expect(failure?.why.join('\n')).toMatch(/DeadlineExceeded/)
  }, 60_000)

  test('demo data that is not loaded is told by what the service said', async () => {
    const job = jobOf({ name: 'seeds', program: `console.error('no such table');process.exitCode = 3` })
    expect(await thrownBy(seedByJob(run(job)))).toMatchObject({ code: 'SEED_FAILED', outcome: 'failed' })
    await seedByJob(run(jobOf({ name: 'seeded', program: '' })))
  })

  test('what a service answers is read out of all that it printed, and the Job is gone', async () => {
    const answer = '{"event":"answer","service":"orders","answer":{"events":[]}}'
    const job = jobOf({ name: 'asked', program: `console.error('noise');console.log('${answer}')` })
    expect(await askByJob(run(job))).toEqual({ events: [] })
    const isGone = (jobs: readonly KubeObject[]) =>
      jobs.some(({ metadata }) => metadata.name === 'asked' && !metadata.deletionTimestamp) ? null : 'yes'
    const request = { apiVersion: 'batch/v1', kind: 'Job', namespace: cluster.namespace }
    const wait = { client: cluster.client, request, judge: isGone, deadlineSeconds: 20, doing: 'waiting' }
    expect(await untilListed({ ...wait, signal: cluster.signal })).toBe('yes')
    const silent = jobOf({ name: 'silent', program: `console.error('no such table');process.exitCode = 1` })
    expect(await thrownBy(askByJob(run(silent)))).toMatchObject({ code: 'SERVICE_DID_NOT_ANSWER', outcome: 'unknown' })
  }, 60_000)
})
