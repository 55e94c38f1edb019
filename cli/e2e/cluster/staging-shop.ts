import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { workload } from '../../../manifests/workload.ts'
import type { ServiceName } from '../../../services/registry.ts'
import { environments } from '../../../stacks/environments.ts'
import { parseRegistryPlace } from '../../images/image-reference.ts'
import { installFakeTrivy, recordedReport } from '../../images/scan/testing/install-fake-trivy.ts'
import type { KubeClient } from '../../platforms/kubernetes/kube-client.ts'
import { ensureNamespace } from '../../platforms/kubernetes/namespace.ts'
import { ensureOwnFoundations, ownEntries } from '../../platforms/kubernetes/own-foundations.ts'
import { prepareEnvironment } from '../../platforms/kubernetes/prepare-environment.ts'
import type { SecretEntry } from '../../platforms/kubernetes/secret-entry.ts'
import type { CommandOptions, CommandResult } from '../running-command.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { clusterVariables, deleteNamespace } from './test-cluster.ts'

export type StagingShop = {
  readonly shop: ClusterShop
  /** What its commands are told: the registry, the context, where the scanner is. */
  readonly env: Readonly<Record<string, string>>
  /** Runs `shopctl … --env staging --kube-context …` with the stand-in scanner on PATH. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** What the scanner finds from now on. */
  scannerFinds(what: 'vulnerabilities' | 'a trifle'): Promise<void>
  scannerEnds(how: 'report' | 'empty'): void
  /**
   * Databases and a cache elsewhere in the cluster, as a team's AWS account has them, and what leads to them: from the
   * namespace of the shop, and from the others that are named.
   */
  startFoundations(...others: readonly string[]): Promise<readonly SecretEntry[]>
  /** Tags of a service's repository in the registry; none where nothing was ever pushed. */
  pushedTags(service: ServiceName): Promise<readonly string[]>
  close(): Promise<void>
}

const deadline = () => AbortSignal.timeout(240_000)
const tagsSchema = z.object({ tags: z.array(z.string()).nullable() })
const reportSchema = z.looseObject({
  Results: z.array(z.looseObject({ Vulnerabilities: z.array(z.looseObject({ Severity: z.string() })).optional() })),
})

/** Where policies are enforced, those of staging lead to a VPC and not to pods. */
const allowEverything = async (kube: KubeClient, namespace: string): Promise<void> => {
  await ensureNamespace(kube, namespace, deadline())
  const rule = { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] }
  const metadata = { name: 'of-the-test', namespace }
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: rule }
  await kube.create(object, deadline())
}

const trifle = async (file: string): Promise<string> => {
  const report = reportSchema.parse(JSON.parse(await readFile(recordedReport('image'), 'utf8')))
  const low = report.Results.map(({ Vulnerabilities = [], ...result }) => ({
    ...result,
    Vulnerabilities: Vulnerabilities.filter(({ Severity }) => Severity === 'LOW'),
  }))
  await writeFile(file, JSON.stringify({ ...report, Results: low }))
  return file
}

/** Staging on the test's cluster: no EKS, no ECR, secrets in the encrypted file, a scanner that does as it is told. */
export const createStagingShop = async (): Promise<StagingShop> => {
  const shop = await createClusterShop('staging')
  const { namespace, root, kube } = shop
  const foundations = `${namespace}-data`
  const scratch = join(root, '..')
  const trivy = installFakeTrivy(join(scratch, 'scanner'))
  // Below a path of its own, so that what another test has pushed is not there.
  const { host, prefix } = parseRegistryPlace(`${clusterVariables.SHOPCTL_REGISTRY}/${namespace}`)
  const env = {
    SHOPCTL_REGISTRY: `${host}/${prefix.replace(/\/$/, '')}`,
    SHOPCTL_KUBE_CONTEXT: kube.context,
    PATH: `${join(scratch, 'scanner')}:${process.env.PATH}`,
  }
  return {
    shop,
    env,
    run: ([verb = '', ...args], options = {}) =>
      shop.run([verb, ...args, '--env', 'staging'], { ...options, env: { ...env, ...options.env } }),
    async scannerFinds(what) {
      if (what === 'vulnerabilities') trivy.plan({})
      else trivy.plan({ reports: { image: await trifle(join(scratch, 'trifle.json')) } })
    },
    scannerEnds: (scan) => trivy.plan({ scan }),
    async startFoundations(...others) {
      const environment = environments.dev
      if (environment.kubernetes === null) throw new Error('dev runs on Kubernetes')
      const signal = deadline()
      const where = { client: kube, environment: environment.name, namespace: foundations }
      const made = await ensureOwnFoundations(where, signal)
      await Promise.all([foundations, namespace, ...others].map((name) => allowEverything(kube, name)))
      const place = {
        ...where,
        environment,
        facts: environment.kubernetes,
        variables: process.env,
        warn: () => undefined,
      }
      await prepareEnvironment(place, { say: () => undefined, signal })
      return ownEntries(made).map((entry) => ({
        ...entry,
        value: entry.value.replace(/(@postgres|\/\/redis):/, `$1.${foundations}.svc:`),
      }))
    },
    async pushedTags(service) {
      const answer = await fetch(`http://${host}/v2/${prefix}${workload(service).longName}/tags/list`)
      return answer.ok ? (tagsSchema.parse(await answer.json()).tags ?? []) : []
    },
    async close() {
      await deleteNamespace(kube, foundations)
      await shop.close()
    },
  }
}

/** The namespace of a shop is what a first change would make. */
export const namespaceExists = async ({ kube, namespace }: ClusterShop): Promise<boolean> =>
  (await kube.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }, deadline())) !== null
