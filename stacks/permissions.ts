import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js'
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js'
import type { ITerraformDependable } from 'cdktf'
import type { Construct } from 'constructs'
import { type AccountFacts, partition } from './installations.ts'

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

export type Statement = {
  readonly Sid: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | { readonly AWS: string | readonly string[] } | { readonly Service: string }
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Conditions
}

export const policyDocument = (...statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** A service acts for this account only: else another account could make it use our resource (confused deputy). */
export const fromAccount = ({ account }: AccountFacts): Conditions => ({
  StringEquals: { 'aws:SourceAccount': account },
})

/** A key opens only for what one service of AWS asks in somebody's name. */
export const decryptThrough = (service: string, keyArn: string, { region }: AccountFacts): Statement => ({
  Sid: 'DecryptThroughTheService',
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
  Resource: keyArn,
  Condition: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
})

export const trustService = (service: string, condition?: Conditions): string =>
  policyDocument({
    Sid: 'Assume',
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  })

/** EKS gives a pod's credentials to the role of its service account; TagSession carries namespace and name along. */
export const trustPods = (facts: AccountFacts): string =>
  policyDocument({
    Sid: 'AssumeForPods',
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: fromAccount(facts),
  })

export type RoleRequest = {
  readonly name: string
  readonly description: string
  readonly trust: string
  /** Names of policies that AWS keeps. */
  readonly managed?: readonly string[]
  readonly allow?: readonly Statement[]
}

export type Role = {
  readonly arn: string
  readonly name: string
  /** What is to be there before the role can do what it is for. */
  readonly ready: readonly ITerraformDependable[]
}

export const role = (scope: Construct, id: string, request: RoleRequest): Role => {
  const made = new IamRole(scope, id, {
    name: request.name,
    description: request.description,
    assumeRolePolicy: request.trust,
  })
  const managed = (request.managed ?? []).map((policy) => {
    const words = policy.split('/').at(-1) ?? policy
    const policyArn = `arn:${partition}:iam::aws:policy/${policy}`
    return new IamRolePolicyAttachment(scope, `${id}-${words}`, { role: made.name, policyArn })
  })
  const own = { name: 'permissions', role: made.id, policy: policyDocument(...(request.allow ?? [])) }
  const permissions = request.allow === undefined ? [] : [new IamRolePolicy(scope, `${id}-permissions`, own)]
  return { arn: made.arn, name: made.name, ready: [...managed, ...permissions] }
}
