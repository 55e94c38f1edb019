import { accessSync, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { loadKubeConfigClass } from './kubernetes-library.ts'

export type KubeconfigRequest = {
  /** Null for the current one. */
  readonly context: string | null
  readonly environment: NodeJS.ProcessEnv
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

const kubeconfigFiles = ({ KUBECONFIG, HOME }: NodeJS.ProcessEnv): readonly string[] =>
  KUBECONFIG ? KUBECONFIG.split(delimiter).filter(Boolean) : [join(HOME || homedir(), '.kube', 'config')]

const missing = (files: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'KUBECONFIG_MISSING',
    outcome: 'refused',
    what: 'There is no kubeconfig, so no cluster is known.',
    why: files.map((file) => `${file} does not exist`),
    fix: ['export KUBECONFIG=/path/to/kubeconfig', 'kind create cluster'],
  })

const words = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)

const loadFile = (config: KubeConfig, file: string): KubeConfig => {
  try {
    accessSync(file)
    config.loadFromFile(file)
    return config
  } catch (cause) {
    throw new ShopctlError({
      code: 'KUBECONFIG_INVALID',
      outcome: 'refused',
      what: `The kubeconfig ${file} cannot be used.`,
      why: [words(cause)],
      fix: [`kubectl --kubeconfig ${file} config view`],
    })
  }
}

/** As kubectl does it: of two entries with one name the first counts, and so does the first current context. */
const mergeFirstWins = (into: KubeConfig, from: KubeConfig): void => {
  const names = (entries: readonly { readonly name: string }[]) => new Set(entries.map(({ name }) => name))
  const clusters = names(into.getClusters())
  const users = names(into.getUsers())
  const contexts = names(into.getContexts())
  for (const cluster of from.getClusters()) if (!clusters.has(cluster.name)) into.addCluster(cluster)
  for (const user of from.getUsers()) if (!users.has(user.name)) into.addUser(user)
  for (const context of from.getContexts()) if (!contexts.has(context.name)) into.addContext(context)
  if (!into.getCurrentContext()) into.setCurrentContext(from.getCurrentContext())
}

const contextRefusal = (config: KubeConfig, wanted: string | null, files: readonly string[]): ShopctlError => {
  const known = config.getContexts().map(({ name }) => name)
  return new ShopctlError({
    code: 'KUBE_CONTEXT_UNKNOWN',
    outcome: 'refused',
    what: wanted === null ? 'The kubeconfig names no current context.' : `There is no kubeconfig context ${wanted}.`,
    why: [`${files.join(', ')} ${known.length === 0 ? 'has no contexts' : `has the contexts ${known.join(', ')}`}`],
    fix: known.slice(0, 3).map((name) => `kubectl config use-context ${name}`),
  })
}

const checkContext = (config: KubeConfig, wanted: string | null, files: readonly string[]): void => {
  const context = config.getContextObject(config.getCurrentContext())
  if (!context) throw contextRefusal(config, config.getCurrentContext() || wanted, files)
  if (config.getCurrentCluster() !== null && URL.canParse(config.getCurrentCluster()?.server ?? '')) return
  throw new ShopctlError({
    code: 'KUBECONFIG_INVALID',
    outcome: 'refused',
    what: `The kubeconfig context ${context.name} names no cluster with an address.`,
    why: [`its cluster is ${context.cluster}`],
    fix: ['kubectl config view'],
  })
}

const isLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** `kubectl proxy` on this machine speaks no TLS; the library refuses that unless told. */
const allowPlainLoopback = (config: KubeConfig): void => {
  config.clusters = config.clusters.map((cluster) => {
    const url = URL.parse(cluster.server)
    const plain = url?.protocol === 'http:' && isLoopback(url)
    return plain ? { ...cluster, skipTLSVerify: true } : cluster
  })
}

const loginProgram = z.looseObject({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
})

/** What kubectl tells a login program and the library does not; some give up without it. */
const tellLoginPrograms = (config: KubeConfig): void => {
  config.users = config.users.map((user) => {
    const { data: program } = loginProgram.safeParse(user.exec)
    if (program === undefined) return user
    const told = { apiVersion: program.apiVersion, kind: 'ExecCredential', spec: { interactive: false } }
    const env = [...(program.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(told) }]
    return { ...user, exec: { ...program, env } }
  })
}

/** The cluster that a kubeconfig names, or the one that this process runs in. Refuses with what there is to choose from. */
export const loadKubeconfig = async ({ context, environment }: KubeconfigRequest): Promise<KubeConfig> => {
  const KubeConfig = await loadKubeConfigClass()
  const config = new KubeConfig()
  const files = kubeconfigFiles(environment)
  const found = files.filter((file) => existsSync(file))
  if (found.length === 0 && context === null && existsSync(serviceAccountToken)) {
    config.loadFromCluster()
    return config
  }
  if (found.length === 0) throw missing(files)
  for (const file of found) mergeFirstWins(config, loadFile(new KubeConfig(), file))
  if (context !== null) config.setCurrentContext(context)
  checkContext(config, context, found)
  allowPlainLoopback(config)
  tellLoginPrograms(config)
  return config
}
