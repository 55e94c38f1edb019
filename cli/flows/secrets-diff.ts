import { createHash } from 'node:crypto'
import { workloadNames } from '../../manifests/workload.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { GivenSecrets } from '../platforms/kubernetes/secret-given.ts'
import type { SecretsMeans } from './secrets.ts'

export type ClusterSecretsMeans = SecretsMeans & {
  /** What the running release was given; null where nothing runs. Throws NO_RUNNING_RELEASE where several do in part. */
  running(): Promise<GivenSecrets | null>
}

export type SecretDifference = {
  readonly service: string
  readonly name: string
  /** `added`: set since the deploy; `removed`: the release was given it and a deploy would not. */
  readonly change: 'added' | 'changed' | 'removed'
}

export type SecretsDiff = { readonly release: number; readonly differences: readonly SecretDifference[] }

type Values = Readonly<Record<string, string>>

const digest = (value: string): string => createHash('sha256').update(value).digest('hex')

/** By hash, so that what is compared cannot be told by mistake. */
export const compareSecrets = (
  service: string,
  { given, now }: { readonly given: Values; readonly now: Values },
): readonly SecretDifference[] => {
  const hashes = (values: Values) => new Map(Object.entries(values).map(([name, value]) => [name, digest(value)]))
  const [before, after] = [hashes(given), hashes(now)]
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((name): readonly SecretDifference[] => {
    if (!before.has(name)) return [{ service, name, change: 'added' }]
    if (!after.has(name)) return [{ service, name, change: 'removed' }]
    return before.get(name) === after.get(name) ? [] : [{ service, name, change: 'changed' }]
  })
}

/** What the running release was given against what a deploy would give it now. Throws NO_RUNNING_RELEASE (refused). */
export const diffSecrets = async (means: ClusterSecretsMeans): Promise<SecretsDiff> => {
  const running = await means.running()
  const { environment } = means
  if (running === null)
    throw new ShopctlError({
      code: 'NO_RUNNING_RELEASE',
      outcome: 'refused',
      what: `No release of ${environment.name} runs: there is nothing to compare with.`,
      fix: [toType(`status --env ${environment.name}`)],
    })
  const now = await running.now()
  const differences = workloadNames(environment).flatMap((service) =>
    compareSecrets(service, { given: running.given(service), now: now(service) }),
  )
  return { release: running.release, differences }
}
