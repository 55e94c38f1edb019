import { randomBytes } from 'node:crypto'
import { workload } from '../../../manifests/workload.ts'
import type { ServiceName } from '../../../services/registry.ts'
import { createKubeReleaseStore } from '../../platforms/kubernetes/release-store.ts'
import type { SecretEntry } from '../../platforms/kubernetes/secret-entry.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { CommandOptions, CommandResult } from '../running-command.ts'
import { createStagingShop, type StagingShop } from './staging-shop.ts'
import { deleteNamespace, listAll } from './test-cluster.ts'

export type TwoEnvironments = {
  readonly staging: StagingShop
  /** Runs `bin/shopctl` with both environments in reach. */
  run(words: string, options?: CommandOptions): Promise<CommandResult>
  /** The same, which has to exit 0. */
  done(words: string, options?: CommandOptions): Promise<CommandResult>
  records(environment: 'staging' | 'prod'): Promise<readonly ReleaseRecord[]>
  /** Images that the pods of prod run, each once. */
  imagesInProd(): Promise<readonly string[]>
  close(): Promise<void>
}

/** One pod each, and as little as staging has: two shops have room on a laptop. */
const sizes = `sizes: {
        users: size({ min: 1, max: 2 }, { cpu: '50m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' }),
        catalog: size({ min: 1, max: 2 }, { cpu: '75m', memory: '192Mi' }, { cpu: '1', memory: '1Gi' }),
        orders: size({ min: 1, max: 2 }, { cpu: '75m', memory: '192Mi' }, { cpu: '1', memory: '1Gi' }),
      },`

const seller = `const seller: Seller = {
  name: 'Shop GmbH', address: ['Hauptstraße 1', '10115 Berlin'], country: 'DE', taxId: 'DE123456789' }`

/** As a team fills in its rows: places of their own, and who sells. */
const ownRows =
  ({ staging, prod }: { readonly staging: string; readonly prod: string }) =>
  (text: string): string =>
    text
      .replace("namespace: 'ecommerce-staging'", `namespace: '${staging}'`)
      .replace("namespace: 'ecommerce-prod'", `namespace: '${prod}'`)
      .replace(/const seller: Seller = \{.*?\}$/m, seller)
      .replaceAll(/sizes: \{\n {8}users: size\(\{ min: [23],[^}]*\}[\s\S]*?\n {6}\},/g, sizes)

const random = () => randomBytes(20).toString('hex')

/** Accounts with those who take money, carry parcels and bring mails; nobody has them, and nobody is asked. */
const thirdParties = (): readonly Omit<SecretEntry, 'origin'>[] => [
  { service: '*', name: 'SMTP_URL', value: `smtps://shop:${random()}@mail.invalid:465` },
  { service: 'orders', name: 'STRIPE_SECRET_KEY', value: `sk_live_${random()}` },
  { service: 'orders', name: 'STRIPE_WEBHOOK_SECRETS', value: `whsec_${random()}` },
  { service: 'orders', name: 'PAYPAL_CLIENT_ID', value: random() },
  { service: 'orders', name: 'PAYPAL_CLIENT_SECRET', value: random() },
  { service: 'orders', name: 'PAYPAL_WEBHOOK_IDS', value: random() },
  { service: 'orders', name: 'SHIPPING_WEBHOOK_SECRETS', value: random() },
]

/** What lets a load test past the limits; a service that has it refuses to be production. */
const notForProd: ReadonlySet<string> = new Set(['RATE_LIMIT_BYPASS_KEY'])

/** Staging and prod on the test's cluster, in one registry and above the same databases. */
export const createTwoEnvironments = async (): Promise<TwoEnvironments> => {
  const staging = await createStagingShop()
  const { shop } = staging
  const namespaces = { staging: shop.namespace, prod: `${shop.namespace}-prod` }
  await shop.edit('stacks/environments.ts', ownRows(namespaces))
  await shop.commit('Fill in our rows')
  const entries = await staging.startFoundations(namespaces.prod)
  await staging.scannerFinds('a trifle')

  const run: TwoEnvironments['run'] = (words, options = {}) =>
    shop.run(words.split(' '), { ...options, env: { ...staging.env, SHOPCTL_NAMESPACE: '', ...options.env } })
  const done: TwoEnvironments['done'] = async (words, options) => {
    const result = await run(words, options)
    if (result.code !== 0) throw new Error(`${words} exited ${result.code}:\n${result.stdout}\n${result.stderr}`)
    return result
  }
  const ofProd = [...entries.filter(({ name }) => !notForProd.has(name)), ...thirdParties()]
  for (const [environment, given] of [['staging', entries] as const, ['prod', ofProd] as const]) {
    for (const { service, name, value } of given) {
      const whose = service === '*' ? '' : ` --service ${service}`
      await done(`secrets set ${name}${whose} --env ${environment}`, { input: value })
    }
  }
  return {
    staging,
    run,
    done,
    records: async (environment) =>
      (await createKubeReleaseStore({ client: shop.kube, namespace: namespaces[environment] }).list()).records,
    async imagesInProd() {
      const pods = await listAll(shop.kube, {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: namespaces.prod,
        labelSelector: 'app.kubernetes.io/component=server,shopctl.dev/service',
      })
      return [...new Set(pods.flatMap((pod) => JSON.stringify(pod.spec).match(/[^"]+@sha256:[0-9a-f]{64}/g) ?? []))]
    },
    async close() {
      await deleteNamespace(shop.kube, namespaces.prod)
      await staging.close()
    },
  }
}

/** `registry/repository@digest` of a service in a release, below a registry's path. */
export const imageIn = (registry: string, release: ReleaseRecord, service: ServiceName): string =>
  `${registry}/${workload(service).longName}@${release.services[service]?.digest}`
