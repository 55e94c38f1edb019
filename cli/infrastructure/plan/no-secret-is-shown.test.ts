import fc from 'fast-check'
import { expect, test } from 'vitest'
import { driftView } from '../../output/views/drift-view.ts'
import { planView } from '../../output/views/plan-view.ts'
import { driftReport } from '../drift/drift-report.ts'
import { parsePlan } from './parse-plan.ts'
import { planGate } from './plan-gate.ts'
import { planVerdict } from './plan-verdict.ts'
import { noCode } from './stack-code.ts'

/** A value with the marks that Terraform would give it. */
type Marked = { readonly value: unknown; readonly marks: unknown }

const canary = 'canary-Zk3vQ9'

/** Names that rules and risks read, so that their sentences are tried too. */
const key = fc.constantFrom(
  'policy',
  'password',
  'secret_string',
  'cidr_ipv4',
  'description',
  'retention_in_days',
  'ingress',
  'environment',
  'variables',
  'tags',
  'bucket',
  'engine_version',
)
const harmless = fc.constantFrom<unknown>('plain', '', null, 7, true, '0.0.0.0/0', '{"Statement":[{"Effect":"Allow"}]}')
const secret = fc.constantFrom<unknown>(
  canary,
  `before ${canary} after`,
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS: canary }, Action: `s3:${canary}` }] }),
  [canary],
  { name: canary },
)
const { tree } = fc.letrec<{ tree: Marked }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    harmless.map((value): Marked => ({ value, marks: undefined })),
    secret.map((value): Marked => ({ value, marks: true })),
    fc
      .array(tie('tree'), { maxLength: 3 })
      .map(
        (each): Marked => ({ value: each.map(({ value }) => value), marks: each.map(({ marks }) => marks ?? false) }),
      ),
    fc.dictionary(key, tie('tree'), { maxKeys: 3 }).map(
      (each): Marked => ({
        value: Object.fromEntries(Object.entries(each).map(([name, { value }]) => [name, value])),
        marks: Object.fromEntries(Object.entries(each).map(([name, { marks }]) => [name, marks ?? false])),
      }),
    ),
  ),
}))
const attributes = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5 })
const side = (all: Readonly<Record<string, Marked>>) => ({
  value: Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value])),
  marks: Object.fromEntries(Object.entries(all).map(([name, { marks }]) => [name, marks ?? false])),
})

const resource = fc
  .record({
    type: fc.constantFrom(
      'aws_db_instance',
      'aws_s3_bucket_policy',
      'aws_security_group',
      'aws_lambda_function',
      'aws_cloudwatch_log_group',
      'aws_secretsmanager_secret_version',
      'aws_unheard_of',
    ),
    actions: fc.constantFrom<readonly string[]>(['create'], ['update'], ['delete'], ['delete', 'create']),
    before: attributes,
    after: attributes,
    // The same secret where nobody marked it, as a name made of it.
    leaked: fc.option(fc.constantFrom('description', 'bucket', 'engine_version')),
  })
  .map(({ type, actions, before, after, leaked }) => {
    const [was, will] = [side(before), side(after)]
    const also = leaked === null ? {} : { [leaked]: `${'x'.repeat(150)}-${canary}` }
    return {
      address: `${type}.one`,
      type,
      name: 'one',
      change: {
        actions,
        before: actions.includes('create') && actions.length === 1 ? null : was.value,
        after: actions.includes('create') || actions.includes('update') ? { ...will.value, ...also } : null,
        before_sensitive: was.marks,
        after_sensitive: leaked === null ? will.marks : { ...will.marks, [leaked]: false },
        replace_paths: actions.length > 1 ? [['policy'], ['description']] : undefined,
      },
    }
  })

/** Marked somewhere for sure, as a sensitive variable is, so that it can be known wherever else it stands. */
const known = {
  variables: { pin: { value: canary } },
  configuration: {
    root_module: {
      variables: { pin: { sensitive: true } },
      resources: [
        'aws_db_instance',
        'aws_s3_bucket_policy',
        'aws_security_group',
        'aws_lambda_function',
        'aws_secretsmanager_secret_version',
      ].map((type) => ({
        address: `${type}.one`,
        expressions: { ingress: { references: [] }, environment: [{}], description: { references: [] } },
      })),
    },
  },
}

test('no value that Terraform marks as sensitive is in a verdict, a gate, a drift report or a view, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(resource, { minLength: 1, maxLength: 3 }), fc.boolean(), (resources, isMarkedOnly) => {
      const changes = isMarkedOnly
        ? resources.map(({ change, ...rest }) => ({ ...rest, change: { ...change, after_sensitive: true } }))
        : resources
      const plan = parsePlan({
        format_version: '1.2',
        ...known,
        resource_changes: changes,
        resource_drift: changes.map((one) => ({ ...one, change: { ...one.change, actions: ['update'] } })),
      })
      const verdict = planVerdict(plan, { waivers: [], today: '2026-11-22' })
      const drift = driftReport(plan, noCode)
      const gate = planGate(verdict, { environment: 'prod', command: 'infra up --env prod', allowDestroy: [] })
      const shown = [
        JSON.stringify(verdict),
        JSON.stringify(drift),
        JSON.stringify([gate, gate?.message]),
        planView(verdict, { subject: 'prod', drift, width: 80 }),
        driftView(drift, { subject: 'prod', width: 80 }),
      ].join('\n')
      expect(shown).not.toContain('canary-')
    }),
    { numRuns: 400 },
  )
})
