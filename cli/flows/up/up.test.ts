import { describe, expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { EventBody } from '../../output/events.ts'
import type { AddOns } from '../../platforms/add-ons.ts'
import type { Finding } from '../../platforms/finding.ts'
import type { Platform } from '../../platforms/platform.ts'
import { aChange, aVerdict } from '../infra/testing/judgements.ts'
import { scriptedInfra } from '../infra/testing/scripted-infra.ts'
import { nothingDone } from '../infra/testing/scripted-terraform.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { type Behaviour, scriptedPlatform } from '../testing/scripted-platform.ts'
import { goodSource } from '../testing/with-release.ts'
import { up } from './up.ts'
import type { UpMeans, UpRequest } from './up-means.ts'
import type { UpRecord } from './up-record.ts'
import { type UpReport, upReportSchema } from './up-report.ts'

const request: UpRequest = {
  mode: 'apply',
  selection: null,
  why: null,
  waitSeconds: 0,
  demoData: 'none',
  infra: {
    allowed: { destroy: [], cost: null },
    show: async () => undefined,
    confirm: async () => 'yes',
    confirmBootstrap: async () => undefined,
  },
}
const dryRun: UpRequest = { ...request, mode: 'dry-run' }
const fine: Finding = { name: 'git', state: 'fine', found: '2.47', fix: null }

/** What runs beside the shop: one group after the other is brought up, and then stays as it is. */
const scriptedAddOns = (calls: string[]): AddOns => {
  const up = new Set<string>()
  const field = { object: 'Deployment grafana', path: 'spec', from: null, to: 'new', by: null }
  return {
    requireOwn: () => undefined,
    plan: async (groups) => ({ fields: groups.every((group) => up.has(group)) ? [] : [field], notes: [] }),
    async apply(groups) {
      calls.push(`apply ${groups.join()}`)
      for (const group of groups) up.add(group)
      return { created: 3, changed: 0, unchanged: 0, notes: [] }
    },
    watch: () => async () => ({ at: performance.now(), inTouch: true, services: [] }),
    prune: async () => [],
    down: async () => [],
  }
}

/** Everything that up meets, with what it asked for in order. */
const world = async (environment: 'local' | 'staging' | 'prod', behaviours: Record<string, Behaviour> = {}) => {
  const source = { ...goodSource }
  const shop = scriptedPlatform(source, behaviours)
  const calls: string[] = []
  let prepared = false
  const platform: Platform =
    environment === 'local'
      ? shop.platform
      : {
          ...shop.platform,
          isPrepared: async () => prepared,
          async prepare(work) {
            calls.push('prepare')
            await shop.platform.prepare(work)
            prepared = true
          },
          findings: async () => [fine],
          addOns: scriptedAddOns(calls),
        }
  const scripted = scriptedMeans(platform)
  const infra = scriptedInfra({ environment: 'staging' })
  infra.script.apply = nothingDone
  await infra.withRegistry()
  let kept: UpRecord | null = null
  const findings: Finding[] = [fine]
  const means: UpMeans = {
    facts: environments[environment],
    reporter: scripted.means.reporter,
    who: 'ada@laptop',
    command: `up --env ${environment}`,
    now: () => new Date(),
    interrupted: scripted.means.interrupted,
    record: {
      read: async () => kept,
      async keep(record) {
        kept = record
      },
    },
    machine: async () => findings,
    infra: async () => ({ ...infra.means, interrupted: scripted.means.interrupted }),
    async shop() {
      calls.push('shop')
      return scripted.means
    },
  }
  return { ...scripted, shop, source, calls, infra, means, findings, kept: () => kept }
}

const states = ({ steps }: UpReport): Readonly<Record<string, string>> =>
  Object.fromEntries(steps.map(({ step, state }) => [step, state]))

const madeCluster = () => aVerdict([aChange('aws_eks_cluster.main')])

describe('the whole way', () => {
  test('local: what has no place there is skipped with its reason, and the shop is up at the end', async () => {
    const { means, shop, kept } = await world('local')
    const report = upReportSchema.parse(await up(request, means))
    expect(states(report)).toMatchObject({
      prerequisites: 'done',
      infra: 'skipped',
      services: 'done',
      ready: 'done',
      smoke: 'done',
    })
    expect(shop.serving()).toBe(1)
    expect(kept()).toMatchObject({ state: 'done', environment: 'local' })
  })

  test('staging: the infrastructure comes before anybody asks the cluster', async () => {
    const { means, infra, calls } = await world('staging')
    infra.judges.verdict = madeCluster
    const seen: number[] = []
    const shop = means.shop
    const report = await up(request, {
      ...means,
      async shop() {
        seen.push(infra.calls.filter((call) => call.startsWith('apply')).length)
        return shop()
      },
    })
    expect(states(report)).toMatchObject({ infra: 'done', cluster: 'done', namespaces: 'done', services: 'done' })
    expect(seen[0]).toBe(1)
    expect(calls).toContain('prepare')
  })

  test('prod: what the cluster needs beside the shop comes after the services, each group by itself', async () => {
    const { means, calls, shop } = await world('prod')
    const report = await up(request, means)
    expect(states(report)).toMatchObject({ services: 'done', ingress: 'done', monitoring: 'done', logging: 'done' })
    expect(calls.filter((call) => call.startsWith('apply'))).toEqual([
      'apply ingress',
      'apply monitoring',
      'apply logging',
    ])
    expect(shop.serving()).toBe(1)
    expect(states(await up(request, means))).toMatchObject({ ingress: 'found-done', logging: 'found-done' })
  })

  describe('whose load balancer somebody else makes', () => {
    const lacks = 'the Ingress for shop.example has no address'
    const withEntry = async (looks: readonly (string | null)[]) => {
      const { means, events } = await world('prod')
      const { platform, ...shop } = await means.shop()
      let next = 0
      const entryLacks = async () => looks[Math.min(next++, looks.length - 1)] ?? null
      const policy = { ...shop.policy, deadlineSeconds: looks.at(-1) === null ? 30 : 0 }
      const shopMeans = { ...shop, policy: { ...shop.policy, ...policy }, platform: { ...platform, entryLacks } }
      const { steps } = await up(request, { ...means, shop: async () => shopMeans })
      const detailOf = (wanted: string) => steps.find(({ step }) => step === wanted)?.detail
      return { ready: detailOf('ready'), smoke: detailOf('smoke'), events }
    }

    test('it is waited for, and then smoke goes the way of the public', async () => {
      const { ready, smoke, events } = await withEntry([lacks, null])
      expect(ready).toMatch(/^(\d+) of \1 ready$/)
      expect(smoke).toMatch(/nothing is wrong$/)
      expect(events).toContainEqual({ type: 'step.progress', step: 'ready', message: `${lacks} yet` })
    })

    test('where it does not come, the summary says that nobody reaches the shop and what smoke did not try', async () => {
      const { ready, smoke, events } = await withEntry([lacks])
      expect(ready).toMatch(/^(\d+) of \1 ready; the Ingress for shop\.example has no address, so that nobody outside/)
      expect(smoke).toContain(`which was not tried: ${lacks}`)
      expect(events).toContainEqual({
        type: 'warning',
        message: `Nobody outside reaches local: ${lacks}, after 0 s.`,
        fix: [expect.stringMatching(/observability apply --env prod --only ingress$/)],
      })
    })
  })

  test('a second time everything is looked at, and what is there is found done', async () => {
    const { means } = await world('staging')
    await up(request, means)
    const again = await up(request, means)
    expect(states(again)).toMatchObject({ infra: 'found-done', namespaces: 'found-done', services: 'found-done' })
    expect(again.resumed).toBeNull()
  })

  test('the flows inside are told as progress of one step, and what users are on as it is', async () => {
    const { means, events } = await world('local')
    await up(request, means)
    const flows = events.flatMap((event) => (event.type === 'flow.started' ? [event.flow] : []))
    const begun = events.flatMap((event) => (event.type === 'step.started' ? [event.step] : []))
    expect(flows).toEqual(['up'])
    expect(begun).toEqual(['prerequisites', 'services', 'ready', 'endpoints', 'smoke'])
    expect(events).toContainEqual({ type: 'step.progress', step: 'services', message: 'Watch until healthy' })
    expect(events).toContainEqual({ type: 'release.promoted', release: 1, previous: null })
  })
})

describe('what stops it', () => {
  test('a missing tool is refused with what to type, before anything is opened for change', async () => {
    const { means, findings, shop, kept } = await world('local')
    findings.push({ name: 'npm', state: 'missing', found: 'not on PATH', fix: 'sudo apt-get install -y npm' })
    const error = await failureOf(up(request, means))
    expect(error).toMatchObject({ code: 'LACKING', exitCode: 3 })
    expect(error.fix[0]).toBe('sudo apt-get install -y npm')
    expect(shop.journal).toEqual([])
    expect(kept()).toMatchObject({ state: 'failed', code: 'LACKING' })
  })

  test('going on means what was typed: a dry run of one part stays that', async () => {
    const { means, findings } = await world('local')
    findings.push({ name: 'npm', state: 'missing', found: 'not on PATH', fix: 'sudo apt-get install -y npm' })
    const command = 'up --env local --dry-run --only users --port 9090'
    const error = await failureOf(up({ ...request, mode: 'dry-run' }, { ...means, command }))
    expect(error.fix.filter((line) => line.includes(' up '))).toEqual([
      expect.stringMatching(new RegExp(`${command}$`)),
    ])
  })

  test('a release that fails is taken back by its own flow; the way says where it stopped and how to go on', async () => {
    const { means, source, kept } = await world('local', { orders1: 'crashes' })
    const error = await failureOf(up(request, means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(error.why.at(-1)).toBe('up stopped at "Release the services"; done before it: "Check what this machine has"')
    expect(error.fix.at(-1)).toMatch(/up --env local$/)
    expect(kept()).toMatchObject({ state: 'failed', code: 'ROLLOUT_UNHEALTHY' })

    source.orders = 'orders2'
    const resumed = await up(request, means)
    expect(resumed.resumed).toMatchObject({ who: 'ada@laptop', stoppedAt: 'services', code: 'ROLLOUT_UNHEALTHY' })
    expect(states(resumed)).toMatchObject({ services: 'done', smoke: 'done' })
  })

  test('the infrastructure that failed is not followed by anything', async () => {
    const { means, infra, calls } = await world('staging')
    infra.judges.verdict = madeCluster
    infra.script.apply = new ShopctlError({ code: 'TERRAFORM_FAILED', outcome: 'failed', what: 'no quota' })
    const error = await failureOf(up(request, means))
    expect(error.why.at(-1)).toContain('"Bring the infrastructure up"')
    expect(calls).toEqual([])
  })

  test('an interrupt ends the way at its step; the next one begins at its beginning and says so', async () => {
    const { means, shop, interrupt, events, kept } = await world('local')
    shop.hooks.build = () => interrupt()
    expect(await failureOf(up(request, means))).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
    expect(kept()).toMatchObject({ state: 'interrupted', steps: [{ step: 'prerequisites' }, { step: 'services' }] })

    const next = await world('local')
    const report = await up(request, { ...next.means, record: means.record })
    expect(report.resumed).toMatchObject({ stoppedAt: 'services' })
    expect(next.events).toContainEqual({
      type: 'notice',
      message: expect.stringMatching(/^The up that ada@laptop began .* was interrupted at "Release the services"/),
    })
    expect(events.at(-1)).toMatchObject({ type: 'step.finished', outcome: 'interrupted' })
  })

  test('who was killed left where it stood', async () => {
    const { means } = await world('local')
    await means.record.keep({
      schema: 'shopctl.up-record/1',
      environment: 'local',
      who: 'bob@agent',
      startedAt: new Date(0).toISOString(),
      state: 'going-on',
      code: null,
      steps: [{ step: 'services', state: 'begun', detail: '', at: new Date(0).toISOString() }],
    })
    expect((await up(request, means)).resumed).toMatchObject({ who: 'bob@agent', stoppedAt: 'services', code: null })
  })

  test('what a step refuses after another one changed something is a failure: "refused" says that nothing was', async () => {
    const { means, infra } = await world('staging')
    infra.judges.verdict = madeCluster
    const { platform, ...shop } = await means.shop()
    const missing: Finding = { name: 'permissions', state: 'missing', found: 'may not create pods', fix: null }
    const lacking: UpMeans = {
      ...means,
      shop: async () => ({ ...shop, platform: { ...platform, findings: async () => [missing] } }),
    }
    expect(await failureOf(up(request, lacking))).toMatchObject({ code: 'LACKING', outcome: 'failed', exitCode: 4 })
    infra.judges.verdict = () => aVerdict([])
    expect(await failureOf(up(request, lacking))).toMatchObject({ code: 'LACKING', outcome: 'refused', exitCode: 3 })
  })

  describe('a record that cannot be written', () => {
    const notWritable = () =>
      new ShopctlError({ code: 'STATE_NOT_WRITABLE', outcome: 'refused', what: 'The disk is full.' })
    const warnings = (events: readonly EventBody[]) =>
      events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))

    /** From the second writing on. */
    const diskFull = (means: UpMeans): UpMeans => {
      let writings = 0
      const keep = async (record: UpRecord) => {
        writings += 1
        if (writings > 1) throw notWritable()
        await means.record.keep(record)
      }
      return { ...means, record: { ...means.record, keep } }
    }

    test('at the first step stops it before anything is changed', async () => {
      const { means, shop } = await world('local')
      const keep = async () => Promise.reject(notWritable())
      const error = await failureOf(up(request, { ...means, record: { ...means.record, keep } }))
      expect(error).toMatchObject({ code: 'STATE_NOT_WRITABLE', exitCode: 3 })
      expect(shop.journal).toEqual([])
    })

    test('later is a warning, once, and the way goes on', async () => {
      const { means, events } = await world('local')
      expect(await up(request, diskFull(means))).toMatchObject({ outcome: 'up' })
      expect(warnings(events)).toEqual(['How far this up came is not kept any more: The disk is full.'])
    })

    test('does not hide what failed', async () => {
      const { means, events } = await world('local', { orders1: 'crashes' })
      expect(await failureOf(up(request, diskFull(means)))).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
      expect(warnings(events)).toHaveLength(1)
    })
  })

  test('a smoke check that fails at the end is a check that said no', async () => {
    const { means, smokeFailures } = await world('local')
    await up(request, means)
    smokeFailures.push('orders')
    expect(await failureOf(up(request, means))).toMatchObject({ code: 'UP_SMOKE_FAILED', exitCode: 5 })
  })
})

describe('a dry run', () => {
  test('says what each step would do, changes nothing and leaves no record', async () => {
    const { means, infra, shop, kept } = await world('staging')
    infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main', 'update')])
    const report = await up(dryRun, means)
    expect(report.outcome).toBe('would-change')
    expect(states(report)).toMatchObject({
      infra: 'would-change',
      cluster: 'done',
      namespaces: 'would-change',
      services: 'would-change',
      smoke: 'skipped',
    })
    expect(infra.calls.some((call) => call.startsWith('apply'))).toBe(false)
    expect(shop.records).toEqual([])
    expect(kept()).toBeNull()
  })

  test.each([
    ['a plan makes the cluster', 'there'],
    ['not even the bucket is there', 'missing'],
  ] as const)('where %s nobody asks a cluster, and what follows is not known', async (_, standing) => {
    const { means, infra, calls } = await world('staging')
    infra.place.standing = standing
    infra.judges.verdict = madeCluster
    const report = await up(dryRun, means)
    expect(states(report)).toMatchObject({ infra: 'would-change', cluster: 'not-known', services: 'not-known' })
    expect(calls).toEqual([])
    expect(infra.calls).not.toContain('bootstrap')
  })

  test('of what is up it says that nothing would change', async () => {
    const { means } = await world('local')
    await up(request, means)
    expect(await up(dryRun, means)).toMatchObject({ outcome: 'unchanged' })
  })
})
