import { stackName } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { checkAccountPlace } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'

export type OutputRequest = {
  /** One of them; null: all. */
  readonly name: string | null
  readonly secrets: 'masked' | 'shown'
}

export type OutputResult = {
  readonly schema: 'shopctl.infra-output/1'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>
}

/** Stands for a value that is not shown. */
export const masked = '(sensitive)'

const unknownOutput = (name: string, known: readonly string[], { environment }: InfraMeans): ShopctlError =>
  new ShopctlError({
    code: 'UNKNOWN_OUTPUT',
    outcome: 'usage',
    what: `There is no output ${name}.`,
    why: [known.length === 0 ? 'nothing was made yet, so there are no outputs' : `there are ${known.join(', ')}`],
    fix: [toType(`infra output --env ${environment.name}`)],
  })

/** What a stack tells others: the cluster, addresses, buckets, names of secrets. Sensitive values only where asked. */
export const output = async (request: OutputRequest, means: InfraMeans): Promise<OutputResult> => {
  await checkAccountPlace(means)
  const terraform = await means.terraform(means.stack, 'account')
  await terraform.init(() => undefined)
  const all = await terraform.outputs()
  const { name, secrets } = request
  if (name !== null && all[name] === undefined) throw unknownOutput(name, Object.keys(all).toSorted(), means)
  const wanted = Object.entries(all).filter(([one]) => name === null || one === name)
  const shown = wanted.map(
    ([one, { value, sensitive }]) =>
      [one, { value: sensitive && secrets === 'masked' ? masked : value, sensitive }] as const,
  )
  return {
    schema: 'shopctl.infra-output/1',
    environment: means.environment.name,
    installation: means.installation.name,
    stack: stackName(means.stack),
    outputs: Object.fromEntries(shown.toSorted(([left], [right]) => left.localeCompare(right))),
  }
}
