import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { serviceNames, services } from '../services/registry.ts'
import { subnetCidr } from './address-plan.ts'
import { environments } from './environments.ts'
import { installationNames, installations } from './installations.ts'
import { registryOutputNames, shopOutputNames, stateOutputNames } from './stack-outputs.ts'
import { type StackReference, stackName } from './stack-reference.ts'
import { resourcesOf, stackReferences, synthesised } from './testing/synthesised.ts'

const shop = (installation: (typeof installationNames)[number]): StackReference => ({ kind: 'shop', installation })

const onAws = Object.values(environments).flatMap(({ name, installation, kubernetes }) =>
  installation !== null && kubernetes?.cluster.kind === 'eks' ? [{ name, installation, kubernetes }] : [],
)

test('some environment runs on EKS, so that what follows is about something', () => {
  expect(onAws.map(({ name }) => name)).toEqual(['staging', 'prod'])
})

describe.each(onAws)('$name', ({ installation, kubernetes }) => {
  const facts = installations[installation]

  test('finds its cluster where its installation makes it', () => {
    const [[, cluster] = ['', {}]] = resourcesOf(synthesised(shop(installation)), 'aws_eks_cluster')
    const { region, account } = facts
    expect(kubernetes.cluster).toEqual({
      kind: 'eks',
      name: z.object({ name: z.string() }).parse(cluster).name,
      region,
      account,
    })
    expect(kubernetes.vpcCidr).toBe(facts.cidr)
  })

  test('pulls from the registry of the account that has it', () => {
    expect(kubernetes.registry).toEqual({ kind: 'ecr', account: facts.account, region: facts.region })
  })

  test("its service accounts have the services' roles, and its deployer rules its namespace", () => {
    const stack = synthesised(shop(installation))
    const pods = resourcesOf(stack, 'aws_eks_pod_identity_association').map(([, each]) =>
      z.object({ namespace: z.string(), service_account: z.string() }).parse(each),
    )
    for (const service of serviceNames)
      expect(pods).toContainEqual({ namespace: kubernetes.namespace, service_account: services[service].longName })
    expect(JSON.stringify(resourcesOf(stack, 'aws_eks_access_policy_association'))).toContain(kubernetes.namespace)
  })
})

test('an environment reads its secrets where its own installation puts them', () => {
  const names = resourcesOf(synthesised(shop('prod')), 'aws_secretsmanager_secret').map(
    ([, each]) => z.object({ name: z.string() }).parse(each).name,
  )
  const prefix = environments.prod.kubernetes?.secrets?.prefix ?? 'none'
  for (const service of serviceNames) expect(names).toContain(`${prefix}database-${service}`)
  expect(names).toContain(`${prefix}jwt-signing-keys`)
})

test.each([
  [{ kind: 'state' }, stateOutputNames],
  [{ kind: 'registry' }, registryOutputNames],
  ...installationNames.map((name) => [shop(name), shopOutputNames] as const),
] as const)('$0.kind $0.installation: what later steps read is what the stack tells', (stack, names) => {
  expect(Object.keys(synthesised(stack).output).toSorted()).toEqual([...names].toSorted())
})

test('every stack has a name of its own, and its state a key of its own', () => {
  expect(new Set(stackReferences.map(stackName)).size).toBe(stackReferences.length)
})

const range = (cidr: string): readonly [number, number] => {
  const [address = '', bits = ''] = cidr.split('/')
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  return [first, first + 2 ** (32 - Number(bits)) - 1]
}

const overlap = (one: string, other: string): boolean => {
  const [[firstOfOne, lastOfOne], [firstOfOther, lastOfOther]] = [range(one), range(other)]
  return firstOfOne <= lastOfOther && firstOfOther <= lastOfOne
}

const pairs = (all: readonly string[]) =>
  all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const))

test('no two installations share an address, so that their networks can be joined one day', () => {
  const cidrs = installationNames.map((name) => installations[name].cidr)
  for (const [one, other] of pairs(cidrs)) expect(overlap(one, other)).toBe(false)
})

test('the nine subnets lie in their network and do not overlap', () => {
  const subnets = (['public', 'private', 'database'] as const).flatMap((tier) =>
    [0, 1, 2].map((zone) => subnetCidr('10.7.0.0/16', tier, zone)),
  )
  for (const [one, other] of pairs(subnets)) expect([one, other, overlap(one, other)]).toEqual([one, other, false])
  const [first, last] = range('10.7.0.0/16')
  for (const [from, to] of subnets.map(range)) expect(from >= first && to <= last).toBe(true)
})
