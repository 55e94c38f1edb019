import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { openKubernetesPlatform } from '../../platforms/kubernetes/kubernetes-platform.ts'
import { type PlatformUnderTest, platformContract } from '../../platforms/testing/platform-contract.ts'
import { copyRepository } from '../copy-repository.ts'
import { clusterVariables, deleteNamespace, noCluster, onCluster, openTestCluster } from './test-cluster.ts'

const open = async (): Promise<PlatformUnderTest> => {
  const [{ root, remove }, kube] = await Promise.all([copyRepository(), openTestCluster()])
  const environment = environments.dev
  if (environment.kubernetes === null) throw new Error('dev runs on Kubernetes')
  const namespace = `contract-${randomUUID().slice(0, 8)}`
  const kept = new Set<string>()
  const platform = await openKubernetesPlatform({
    environment,
    facts: environment.kubernetes,
    repository: root,
    variables: {
      PATH: process.env.PATH,
      HOME: join(root, '..', 'home'),
      ...clusterVariables,
      SHOPCTL_NAMESPACE: namespace,
    },
    publicPort: null,
    kubeContext: null,
    keepSecret: (secret) => kept.add(secret),
    warn: () => undefined,
    abandoned: new AbortController().signal,
  })
  return {
    platform,
    changeSource: (service) =>
      appendFile(join(root, 'services', service, 'main.ts'), "\nReflect.set(globalThis, 'v', 2)\n"),
    secrets: async () => [...kept],
    async close() {
      await deleteNamespace(kube, namespace)
      await remove()
    },
  }
}

describe.skipIf(noCluster !== null)(onCluster('the Kubernetes platform'), () => platformContract(open))
