import { environments } from '../../../../stacks/environments.ts'
import { installations } from '../../../../stacks/installations.ts'
import { createRecordStore } from '../../../infrastructure/records/record-store.ts'
import { createS3LockStore } from '../../../infrastructure/records/s3-lock-store.ts'
import { createMemoryObjectStore } from '../../../infrastructure/records/testing/memory-object-store.ts'
import type { EventBody } from '../../../output/events.ts'
import { createMemoryLockStore } from '../../../releases/testing/memory-lock-store.ts'
import type { InfraMeans, PlanJudges } from '../infra-means.ts'
import { aCost, aVerdict, noDrift } from './judgements.ts'
import { nothingDone, scriptedTerraform, type TerraformScript } from './scripted-terraform.ts'

type Place = { readonly environment?: 'dev' | 'staging' | 'prod'; readonly stack?: InfraMeans['stack'] }

/** Means of a verb around a scripted Terraform; a test changes what it needs before the verb runs. */
export const scriptedInfra = ({ environment = 'dev', stack }: Place = {}) => {
  const events: EventBody[] = []
  const calls: string[] = []
  const interrupts = new AbortController()
  const place: { standing: Awaited<ReturnType<InfraMeans['bucket']['standing']>> } = { standing: 'there' }
  const bucket = createMemoryObjectStore(() => place.standing)
  const script: TerraformScript = {
    plan: {},
    apply: nothingDone,
    events: [],
    states: [null],
    outputs: { cluster_name: { value: 'shop-dev', sensitive: false } },
  }
  const judges: { -readonly [Name in keyof PlanJudges]: PlanJudges[Name] } = {
    verdict: () => aVerdict([]),
    gate: () => null,
    confirmationGate: () => null,
    estimate: () => aCost(),
    drift: () => noDrift,
  }
  const made: { secrets: readonly string[] } = { secrets: [] }
  const clock = { now: Date.parse('2026-11-22T12:00:00Z') }
  const facts = environments[environment]
  const installation = installations[facts.installation ?? 'dev']
  const means: InfraMeans = {
    environment: facts,
    installation,
    stack: stack ?? { kind: 'shop', installation: installation.name },
    reporter: { emit: (event) => events.push(event) },
    who: 'ada@laptop',
    command: `infra up --env ${environment}`,
    commit: async () => ({ sha: 'a'.repeat(40), subject: 'Grow', author: 'Ada', dirty: false }),
    now: () => new Date(clock.now),
    async sleep(milliseconds) {
      clock.now += milliseconds
    },
    interrupted: interrupts.signal,
    bucket,
    records: createRecordStore(bucket, (text) => text.replaceAll('c4nary', '[redacted]')),
    lock: (name) => createS3LockStore(bucket, name),
    environmentLocks: async () => [],
    localLock: createMemoryLockStore(),
    async synthesise() {
      calls.push('synthesise')
    },
    async terraform(reference) {
      return scriptedTerraform(reference, script, calls)
    },
    async checkTools() {
      calls.push('tools')
    },
    async checkAccount() {
      calls.push('account')
      return { account: installation.account, arn: 'arn:aws:iam::000000000000:user/ada' }
    },
    judges: () => judges,
    scan: async () => null,
    async bootstrap() {
      calls.push('bootstrap')
      place.standing = 'there'
      return { outcome: 'made', bucket: bucket.bucket }
    },
    madeSecrets: async () => ({
      find: async () => made.secrets,
      async remove(names) {
        calls.push(`remove ${names.join(' ')}`)
      },
      close: () => undefined,
    }),
    async generateSecrets() {
      calls.push('secrets')
      return { generated: ['shop/dev/jwt-signing-keys'], kept: [], byHand: [], unproven: [] }
    },
    readCode: async () => ({}),
    whoChanged: async () => new Map(),
    tagged: async () => [],
  }
  /** The registry is there already, so that only the stack that is meant is brought up. */
  const withRegistry = async () => {
    const resources = [{ mode: 'managed', type: 'aws_ecr_repository', instances: [{}] }]
    await bucket.write('registry.tfstate', { text: JSON.stringify({ serial: 1, resources }), condition: 'new' })
  }
  return {
    means,
    script,
    judges,
    place,
    bucket,
    made,
    calls,
    events,
    clock,
    withRegistry,
    interrupt: () => interrupts.abort(new Error('SIGINT')),
  }
}
