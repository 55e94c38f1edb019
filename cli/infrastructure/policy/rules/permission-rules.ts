import type { PlannedResource } from '../planned-stack.ts'
import { type Statement, statementsOf } from '../policy-document.ts'
import type { Rule } from '../rule.ts'

/** An endpoint's policy is a filter: who passes it still needs a permission. So it is not in these lists. */
const policiesOfResources = [
  'aws_s3_bucket_policy',
  'aws_kms_key',
  'aws_kms_key_policy',
  'aws_secretsmanager_secret',
  'aws_secretsmanager_secret_policy',
  'aws_ecr_repository_policy',
  'aws_sqs_queue_policy',
  'aws_sns_topic_policy',
  'aws_iam_role',
] as const
const policiesOfIdentities = [
  'aws_iam_policy',
  'aws_iam_role_policy',
  'aws_iam_user_policy',
  'aws_iam_group_policy',
] as const

/** That a request came over TLS, or in some way, does not say who sent it. */
const sayWho =
  /^(aws:(Principal|Source|Calling|ResourceOrg)|kms:(CallerAccount|ViaService)|s3:DataAccessPoint|.*:(sub|aud)$)/i

const isForAnyone = ({ allows, principals, allBut, conditionKeys }: Statement): boolean =>
  allows &&
  (allBut === 'principals' || principals?.includes('*') === true) &&
  !conditionKeys.some((key) => sayWho.test(key))

const policyOf = ({ type, values }: PlannedResource): readonly Statement[] =>
  statementsOf(type === 'aws_iam_role' ? values.assume_role_policy : values.policy)

const everyAction = /^(\*|[a-z0-9-]+:\*)$/i

/** A key's own policy has to give its account all of `kms:*`, else nobody could ever change it. */
const hasTheRightToAll = (type: string): boolean => type.startsWith('aws_kms_key')

export const permissionRules: readonly Rule[] = [
  {
    id: 'wildcard-principal',
    severity: 'critical',
    exposes: true,
    types: policiesOfResources,
    reads: ['policy', 'assume_role_policy'],
    remedy: 'name the principals, or add a condition on aws:PrincipalAccount or aws:SourceAccount',
    breach: (resource) => {
      const open = policyOf(resource).find(isForAnyone)
      if (open === undefined) return null
      const what = open.actions.slice(0, 3).join(', ') || 'everything'
      return `Anyone with an AWS account would be allowed ${what}: the policy names no principal.`
    },
  },
  {
    id: 'wildcard-action',
    severity: 'high',
    exposes: true,
    types: [...policiesOfIdentities, ...policiesOfResources, 'aws_iam_role_policy_attachment'],
    reads: ['policy', 'policy_arn'],
    remedy: 'list the actions that are needed',
    breach: (resource) => {
      const { type, values } = resource
      if (type === 'aws_iam_role_policy_attachment') {
        const name = /:policy\/(?:.*\/)?((?:Administrator|PowerUser|\w*Full)Access)$/.exec(
          String(values.policy_arn),
        )?.[1]
        return name === undefined ? null : `The role would be allowed far more than it needs: ${name}.`
      }
      if (hasTheRightToAll(type)) return null
      const wide = policyOf(resource).filter(({ allows }) => allows)
      if (wide.some(({ allBut }) => allBut === 'actions')) {
        return 'All actions but a few would be allowed (NotAction), those that AWS adds later as well.'
      }
      const actions = wide.flatMap((one) => one.actions.filter((action) => everyAction.test(action)))
      return actions.length === 0 ? null : `Every action would be allowed: ${actions.join(', ')}.`
    },
  },
]
