import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { addOnLabel } from '../../../manifests/add-ons/add-on-labels.ts'
import { renderedAddOns } from '../../../manifests/add-ons/testing/rendered-add-ons.ts'
import { serviceNames, services } from '../../../services/registry.ts'
import type { KubeObject } from '../../platforms/kubernetes/kube-client.ts'
import { plantCanary } from '../canary.ts'
import type { CommandResult } from '../running-command.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { pushInstalledProgram, pushPrometheus, pushStandIn } from './program-image.ts'
import { clusterVariables, deleteNamespace, listAll, noCluster, onCluster, openTestCluster } from './test-cluster.ts'

const installed = (program: string): string | null => {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

const programs = { prometheus: installed('prometheus'), alertmanager: installed('prometheus-alertmanager') }
const noProgram = programs.prometheus === null || programs.alertmanager === null ? 'no prometheus on PATH' : null
const reason = noCluster ?? noProgram
const titled = (title: string) =>
  reason === null || noCluster !== null ? onCluster(title) : `${title} (skipped: ${reason})`

const alertTemplates = ['default', 'email'].map((name) => `/usr/share/prometheus/alertmanager/${name}.tmpl`)

const of = ['--env', 'dev', '--only', 'monitoring'] as const
const monitoring = 'monitoring'
const deadline = () => AbortSignal.timeout(30_000)

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
})
const rulesAnswer = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.unknown()) })) }) })
const alertmanagersAnswer = z.object({
  data: z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }),
})
const statusAnswer = z.object({ config: z.object({ original: z.string() }) })

const kinds = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'DaemonSet'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
] as const

describe.skipIf(reason !== null)(titled('what a cluster needs beside the shop'), () => {
  let shop: ClusterShop
  let images: Readonly<Record<string, string>> = {}
  const slack = plantCanary('https://hooks.slack.example/ of the monitoring')

  const run = async (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<CommandResult> => {
    const result = await shop.run(['observability', ...words, ...of], { env: { ...images, ...more } })
    expect(`${result.stdout}\n${result.stderr}`).not.toContain(slack.secret)
    return result
  }

  const ours = async (): Promise<readonly KubeObject[]> => {
    const labelSelector = `${addOnLabel}=${monitoring}`
    const lists = await Promise.all(
      kinds.map(([apiVersion, kind]) => listAll(shop.kube, { apiVersion, kind, namespace: null, labelSelector })),
    )
    return lists.flat()
  }
  const versions = async () =>
    (await ours()).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).toSorted()

  const ask = async (pod: string, port: number, path: string): Promise<unknown> => {
    const { status, body } = await shop.kube.askPod({ namespace: monitoring, pod, port, path }, deadline())
    if (status !== 200) throw new Error(`${pod} answered ${status}: ${body}`)
    return JSON.parse(body)
  }
  const query = async (expression: string) => {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`
    return answer.parse(await ask('prometheus-0', 9090, path)).data.result
  }
  const alertRoutes = async (): Promise<string> =>
    statusAnswer.parse(await ask('alertmanager-0', 9093, '/api/v2/status')).config.original

  beforeAll(async () => {
    shop = await createClusterShop()
    const [prometheus, alertmanager] = await Promise.all([
      pushPrometheus(programs.prometheus ?? ''),
      pushInstalledProgram('alertmanager', {
        program: programs.alertmanager ?? '',
        // Debian keeps them beside the program; elsewhere they are in it.
        files: alertTemplates.filter((file) => existsSync(file)),
      }),
      shop.deploy(),
    ])
    images = { SHOPCTL_PROMETHEUS_IMAGE: prometheus, SHOPCTL_ALERTMANAGER_IMAGE: alertmanager }
  })
  afterAll(async () => {
    await shop.run(['observability', 'down', '--env', 'dev', '--yes'])
    await deleteNamespace(shop.kube, monitoring)
    await shop.close()
  })

  test('what cannot be pulled is named within seconds, and what can comes up', async () => {
    const started = performance.now()
    const mirror = { SHOPCTL_MONITORING_REGISTRY: `${clusterVariables.SHOPCTL_REGISTRY}/nobody-mirrors` }
    const { code, stderr } = await run(['apply'], mirror)
    expect(code, stderr).toBe(4)
    expect(stderr).toMatch(/^ADD_ONS_UNHEALTHY: .* the shop itself was not touched\.$/m)
    expect(stderr).toMatch(/ImageNotFound: \S+\/nobody-mirrors\/\S+:v?\d/)
    expect(performance.now() - started).toBeLessThan(60_000)
  })

  test('with every image all of it becomes ready, and says what is left out', async () => {
    const [grafana, states, nodes] = await Promise.all([
      pushStandIn('grafana-stand-in', [3000]),
      pushStandIn('kube-state-metrics-stand-in', [8080, 8081]),
      pushStandIn('node-exporter-stand-in', [9100]),
    ])
    images = {
      ...images,
      SHOPCTL_GRAFANA_IMAGE: grafana,
      SHOPCTL_KUBE_STATE_METRICS_IMAGE: states,
      SHOPCTL_NODE_EXPORTER_IMAGE: nodes,
    }
    const { code, stdout, stderr } = await run(['apply'])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^monitoring of dev: \d+ created, \d+ changed, \d+ deleted; 5 workloads ready\.$/m)
    expect(stdout).toContain('PAGERDUTY_KEY is not given, so that critical alerts page nobody')
  })

  test('the real Prometheus finds and scrapes every service of the shop, with every rule and its Alertmanager', async () => {
    for (const { longName } of serviceNames.map((name) => services[name])) {
      const [up] = await eventually(`was ${longName} scraped`, async () => {
        const found = await query(`up{job="${longName}"} == 1`)
        return found.length === 0 ? null : found
      })
      expect(up?.metric).toMatchObject({ service: longName, namespace: shop.namespace })
      expect((await shop.pods()).map(({ name }) => name)).toContain(up?.metric.pod)
    }
    const { groups } = rulesAnswer.parse(await ask('prometheus-0', 9090, '/api/v1/rules')).data
    expect(groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(20)
    const found = await eventually('did Prometheus find the Alertmanager', async () => {
      const { data } = alertmanagersAnswer.parse(await ask('prometheus-0', 9090, '/api/v1/alertmanagers'))
      return data.activeAlertmanagers.length === 0 ? null : data.activeAlertmanagers
    })
    expect(found[0]?.url).toContain('alertmanager.monitoring.svc:9093')
    const alerts = await eventually('does the shop have series of requests', async () => {
      const series = await query('count(http_request_duration_seconds_count)')
      return series.length === 0 ? null : series
    })
    expect(Number(alerts[0]?.value[1])).toBeGreaterThan(0)
    expect(await alertRoutes()).not.toContain('slack_configs')
  })

  test('applied again it changes nothing, and a dry run says so', async () => {
    const before = await versions()
    const again = await run(['apply'])
    expect(again.code, again.stderr).toBe(0)
    expect(again.stdout).toMatch(
      /^Nothing changed: monitoring of dev is as the source has it and ready \(5 workloads\)\.$/m,
    )
    expect(await run(['apply', '--dry-run'])).toMatchObject({ code: 0 })
    expect(await run(['diff'])).toMatchObject({ code: 0 })
    expect(await versions()).toEqual(before)
  })

  test('a secret that is given turns its receiver on, is nowhere but in a Secret, and what it replaces is pruned', async () => {
    const before = (await ours()).map(({ metadata }) => metadata.name)
    const words = ['secrets', 'set', 'SLACK_URL', '--env', 'dev', '--service', 'monitoring']
    expect(await shop.run(words, { input: slack.secret })).toMatchObject({ code: 0 })
    expect((await run(['diff'])).code).toBe(2)
    const applied = await run(['apply'])
    expect(applied.code, applied.stderr).toBe(0)
    expect(await alertRoutes()).toContain('slack_configs')
    const after = await ours()
    const names = after.map(({ metadata }) => metadata.name)
    for (const owner of ['alertmanager-files-', 'monitoring-secrets-']) {
      const [old, now] = [before, names].map((each) => each.filter((name) => name.startsWith(owner)))
      expect(now, owner).toHaveLength(1)
      expect(now).not.toEqual(old)
    }
    const readable = after.filter(({ kind }) => kind !== 'Secret')
    expect(JSON.stringify(readable)).not.toContain(slack.secret)
  })

  test('a deploy of the shop leaves all of it alone, and taken down it leaves the shop alone', async () => {
    const before = await versions()
    expect(await shop.run(['deploy', '--env', 'dev'])).toMatchObject({ code: 0 })
    expect(await versions()).toEqual(before)
    const pods = (await shop.pods()).map(({ uid }) => uid).toSorted()
    const down = await run(['down', '--yes'])
    expect(down.code, down.stderr).toBe(0)
    // What it made once is still good for the volumes that stay.
    expect((await ours()).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      expect.stringMatching(/^Secret monitoring-secrets-/),
    ])
    expect((await shop.pods()).map(({ uid }) => uid).toSorted()).toEqual(pods)
    expect(await run(['down', '--yes'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing ran') })
  })
})

test.skipIf(noCluster !== null).each(['dev', 'staging', 'prod'] as const)(
  onCluster('the server takes every object of the monitoring, the logging and the controllers of %s'),
  async (name) => {
    const kube = await openTestCluster()
    for (const object of await renderedAddOns(name)) {
      // A dry run makes no namespace for what comes after it: any that is there will do.
      const { namespace } = object.metadata
      const moved = {
        ...object,
        metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace: 'default' }) },
      }
      const applied = await kube.apply({ object: moved, conflicts: 'take', mode: 'dry-run' }, deadline())
      expect(applied).toMatchObject({ kind: object.kind })
    }
  },
)
