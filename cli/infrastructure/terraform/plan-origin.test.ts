import { expect, test } from 'vitest'
import { refuseForeignPlan } from './plan-origin.ts'

type Made = {
  readonly account?: string
  readonly environment?: string
  readonly addresses?: readonly string[]
  readonly offline?: boolean
}

/** What `terraform show -json` says of the configuration that a plan was made of. */
const planOf = ({ account = '1', environment = 'prod', addresses = ['aws_vpc.vpc'], offline = false }: Made) => ({
  configuration: {
    provider_config: {
      aws: {
        expressions: {
          region: { constant_value: 'us-east-1' },
          allowed_account_ids: { constant_value: [account] },
          default_tags: [{ tags: { constant_value: { Environment: environment, Project: 'ecommerce' } } }],
          ...(offline ? { skip_requesting_account_id: { constant_value: true } } : {}),
        },
      },
    },
    root_module: { resources: addresses.map((address) => ({ address })) },
  },
})

/** What is synthesised for the stack that the plan is to be applied to. */
const configuration = {
  provider: {
    aws: [
      {
        region: 'us-east-1',
        allowed_account_ids: ['1'],
        default_tags: [{ tags: { Project: 'ecommerce', Environment: 'prod' } }],
      },
    ],
  },
  resource: { aws_vpc: { vpc: {} }, aws_subnet: { a: {}, b: {} } },
}

const asked = { file: 'a.tfplan', stack: 'shop-prod', environment: 'prod', configuration }
const refuse = (made: Made) => () => refuseForeignPlan(planOf(made), asked)
const refused = (code: string) => expect.objectContaining({ code, exitCode: 3 })

test('a plan of this stack is let through, also when a part was added or taken away since', () => {
  expect(refuse({})).not.toThrow()
  expect(refuse({ addresses: ['aws_subnet.a', 'aws_eip.gone'] })).not.toThrow()
})

test.each<[string, Made]>([
  ['account', { account: '2' }],
  ['environment', { environment: 'dev' }],
  ['stack of the same place', { addresses: ['aws_ecr_repository.users'] }],
])('a plan of another %s is refused: it would change what it was made for', (_, made) => {
  expect(refuse(made)).toThrow(refused('PLAN_OF_OTHER_STACK'))
})

test('a plan that was made offline is refused, wherever it came from', () => {
  expect(refuse({ offline: true })).toThrow(refused('PLAN_OFFLINE'))
})
