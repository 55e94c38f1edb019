import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ClusterShop, createClusterShop } from '../../cli/e2e/cluster/cluster-shop.ts'
import { clusterVariables, noCluster } from '../../cli/e2e/cluster/test-cluster.ts'
import { isComparisonMissed, renderComparisons } from './comparisons.ts'
import { type ContenderRequest, createHelm, createKubectl } from './contenders.ts'
import { isMissed, renderFigures } from './figures.ts'
import {
  type Everybody,
  measureBrokenRounds,
  measureGoodRounds,
  nothingMeasured,
  type PeerAtWork,
} from './measure-rollouts.ts'
import { measureImages, measurePush } from './measure-sizes.ts'
import { watchPods } from './pod-watch.ts'
import { rolloutComparisons } from './rollout-comparisons.ts'
import { findHelm, findKubectl, type Peer } from './rollout-peers.ts'
import { deploymentsOf, imagesOf, removeDeployments } from './shop-runs.ts'

const root = join(import.meta.dirname, '..', '..')

const peerKinds = [
  { name: 'helm', find: () => findHelm(join(root, '.shopctl', 'cache', 'bench')), create: createHelm },
  { name: 'kubectl', find: findKubectl, create: createKubectl },
] as const

type Lent = { readonly peer: Peer; readonly kind: (typeof peerKinds)[number] }

/** A second shop, whose three Deployments are taken away and given to helm and to kubectl with all that they stand on. */
const lend = async (shop: ClusterShop, lent: readonly Lent[], directory: string): Promise<readonly PeerAtWork[]> => {
  await shop.deploy()
  const deployments = await deploymentsOf(shop)
  await removeDeployments(shop)
  const base = imagesOf(deployments)
  const watch = await watchPods(shop.kube, shop.namespace)
  const common = { deployments, namespace: shop.namespace, kubeconfig: clusterVariables.KUBECONFIG ?? '' }
  const peers: PeerAtWork[] = []
  for (const { peer, kind } of lent) {
    if ('skipped' in peer) continue
    const request: ContenderRequest = { ...common, program: peer.program, directory: join(directory, kind.name) }
    const contender = await kind.create(request)
    // The first time fills its caches and is not counted.
    await contender.release(base)
    peers.push({ contender, watch, base, measured: nothingMeasured() })
  }
  return peers
}

const measuredOf = (lent: readonly Lent[], peers: readonly PeerAtWork[], name: 'helm' | 'kubectl') => {
  const skipped = lent.find(({ kind }) => kind.name === name)?.peer
  if (skipped !== undefined && 'skipped' in skipped) return skipped.skipped
  return peers.find(({ contender }) => contender.name === name)?.measured ?? 'it was not measured'
}

const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)

type Counts = { readonly rounds: number; readonly broken: number }
type Shops = { readonly shop: ClusterShop; readonly other: ClusterShop; readonly directory: string }

const measure = async ({ shop, other, directory }: Shops, { rounds, broken }: Counts) => {
  const lent = await Promise.all(peerKinds.map(async (kind) => ({ kind, peer: await kind.find() })))
  // Where this is killed they stay.
  say(`namespaces ${shop.namespace} and ${other.namespace}, which are deleted at the end`)
  say('a shop of its own for shopctl')
  await shop.deploy()
  say('another one for helm and kubectl')
  const peers = await lend(other, lent, directory)
  const watch = await watchPods(shop.kube, shop.namespace)
  const everybody: Everybody = { watched: { shop, watch }, measured: nothingMeasured(), peers }
  try {
    say(`${rounds} rounds of releases that work`)
    await measureGoodRounds(everybody, rounds)
    say(`${broken} rounds of releases that do not; a peer needs more than two minutes for one`)
    const noBadImages = await measureBrokenRounds(everybody, broken)
    say('sizes')
    const sizes = [await measureImages(shop), await measurePush(shop, rounds)]
    const [helm, kubectl] = [measuredOf(lent, peers, 'helm'), measuredOf(lent, peers, 'kubectl')]
    const comparisons = rolloutComparisons({ shopctl: everybody.measured, helm, kubectl, noBadImages })
    const versions = lent.map(({ kind, peer }) => `${kind.name} ${'skipped' in peer ? 'skipped' : peer.version}`)
    const figures = sizes.flatMap((one) => one.figures)
    const table = [
      `medians; beside ${versions.join(', ')}; on ${shop.kube.server}`,
      renderComparisons(comparisons),
      '',
      renderFigures(figures),
      ...sizes.flatMap(({ notes }) => notes),
    ].join('\n')
    return { table, missed: comparisons.some(isComparisonMissed) || figures.some(isMissed) }
  } finally {
    const watches = new Set([watch, ...peers.map((peer) => peer.watch)])
    await Promise.all([...watches].map((one) => one.stop()))
  }
}

/** What a release costs on a cluster, beside helm and kubectl doing the same. Exits 5 where a promise is missed. */
export const benchRollout = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: 'string', default: '3' },
      broken: { type: 'string', default: '3' },
      write: { type: 'boolean' },
    },
  })
  if (noCluster !== null) {
    process.stdout.write(`skipped: ${noCluster}\n`)
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-bench-'))
  const shop = await createClusterShop()
  const other = await createClusterShop()
  try {
    const counts = { rounds: Number(values.rounds), broken: Number(values.broken) }
    const { table, missed } = await measure({ shop, other, directory }, counts)
    process.stdout.write(`${table}\n`)
    if (values.write) {
      mkdirSync(join(root, 'reports'), { recursive: true })
      writeFileSync(join(root, 'reports', 'rollout.txt'), `${table}\n`)
    }
    if (missed) process.exitCode = 5
  } finally {
    await Promise.all([shop.close(), other.close()])
    await rm(directory, { recursive: true, force: true })
  }
}
