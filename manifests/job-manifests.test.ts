import { expect, test } from 'vitest'
import { environments } from '../stacks/environments.ts'
import { migrationJob, questionJob } from './job-manifests.ts'
import { violationsOf } from './rules/all-rules.ts'
import { rendered } from './testing/rendered.ts'

const request = {
  environment: environments.prod,
  namespace: 'ecommerce',
  service: 'orders',
  release: 42,
  image: `registry.example/order-management@sha256:${'a'.repeat(64)}`,
  settings: {
    configMap: { name: 'order-management-0123456789', data: {} },
    secret: { name: 'order-management-secrets-0123456789', keys: ['DATABASE_URL'] },
  },
} as const
const words = ['events', 'dead', 'drop', 'x', '--reason=too old; rm -rf "$HOME"']
const question = questionJob({ ...request, words, suffix: 'a1b2c3d4e5' })

test('a question is a Job of its own, which the cluster ends and removes where nobody does', () => {
  expect(question.metadata).toMatchObject({
    name: 'order-management-ask-a1b2c3d4e5',
    labels: { 'app.kubernetes.io/component': 'question' },
  })
  expect(question.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 120, ttlSecondsAfterFinished: 600 })
})

test('it is asked as it was typed, of the program that a migration is of, with the same settings', () => {
  const [asked] = question.spec.template.spec.containers
  const [migrating] = migrationJob(request).spec.template.spec.containers
  expect(asked).toEqual({ ...migrating, args: words })
})

test('it keeps to the rules for everything that runs', () => {
  const others = rendered('prod')
  expect(violationsOf([...others, question])).toEqual(violationsOf(others))
})
