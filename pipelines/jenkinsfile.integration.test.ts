import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Build,
  type BuildRequest,
  commandsOf,
  evaluatePipelines,
  groovyMissing,
  type PipelineEvent,
} from './testing/evaluate-pipeline.ts'

const file = 'pipelines/Jenkinsfile'
const thirteen = [
  'Checkout',
  'Build',
  'Unit Tests',
  'SonarQube Analysis',
  'Quality Gate',
  'Docker Build',
  'Trivy Scan',
  'ECR Push',
  'Update K8s Manifests',
  'Deploy to Staging',
  'Integration Tests',
  'Deploy to Production',
  'Smoke Tests',
]
const groups = ['Check', 'Staging', 'Production', 'Release']
const promote = 'bin/shopctl release promote --from staging --to prod --yes'
const smokeProd = 'bin/shopctl smoke --env prod --junit reports/junit/smoke.xml'
// Only from what this build has released: rerun, or overtaken by somebody, it has nothing to take back.
const rollback = 'bin/shopctl rollback --env prod --only-reported --yes'
const notify = 'bin/shopctl notify'
const cost = 'bin/shopctl cost --env staging --offline'

const nightly = 'pipelines/nightly.Jenkinsfile'
const loadtest = 'pipelines/loadtest.Jenkinsfile'
const defaultLoad = 'bin/shopctl loadtest run --env staging --profile default --yes --output reports/loadtest.json'

const main = { BRANCH_NAME: 'main' }
const tag = { BRANCH_NAME: 'v1.4.0', TAG_NAME: 'v1.4.0' }
const pullRequest = { BRANCH_NAME: 'PR-7', CHANGE_ID: '7', CHANGE_TARGET: 'main' }
const branch = { BRANCH_NAME: 'feature/x' }

const triggers = {
  main: { file, env: main },
  tag: { file, env: tag },
  pullRequest: { file, env: pullRequest },
  branch: { file, env: branch },
  toStaging: { file, env: { ...branch, DEPLOY_TO: 'staging' } },
  toProduction: { file, env: { ...branch, DEPLOY_TO: 'prod' } },
  pullRequestToProduction: { file, env: { ...pullRequest, DEPLOY_TO: 'prod' } },
  rejected: { file, env: tag, approval: 'no' },
  unanswered: { file, env: tag, approval: 'timeout' },
  promoteFails: { file, env: tag, fails: [promote] },
  smokeFails: { file, env: tag, fails: [smokeProd] },
  smokeAborted: { file, env: tag, aborts: [smokeProd] },
  slackFails: { file, env: main, fails: [notify] },
  lintFails: { file, env: main, fails: ['bin/test lint'] },
  costFails: { file, env: pullRequest, fails: [cost] },
  costAborted: { file, env: main, aborts: [cost] },
  testsAreUnstable: { file, env: main, unstable: ['junit'] },
  findingsAreUnstable: { file, env: pullRequest, unstable: ['recordIssues'] },
  nightly: { file: nightly, env: {} },
  nightlyFails: { file: nightly, env: {}, fails: ['bin/shopctl scan fs'] },
  nightlyAborted: { file: nightly, env: {}, aborts: ['bin/shopctl scan fs'] },
  nightlyUnstable: { file: nightly, env: {}, unstable: ['recordIssues'] },
  load: { file: loadtest, env: {} },
  loadFails: { file: loadtest, env: {}, fails: [defaultLoad] },
  loadAborted: { file: loadtest, env: {}, aborts: [defaultLoad] },
  soak: { file: loadtest, env: { PROFILE: 'soak' } },
} as const satisfies Record<string, BuildRequest>

let builds = new Map<string, Build>()
let groovy = ''

const evaluateAll = async (requests: Readonly<Record<string, BuildRequest>>): Promise<Map<string, Build>> => {
  const answers = await evaluatePipelines(Object.values(requests))
  groovy = answers.groovy
  return new Map(
    Object.keys(requests).map((name, index) => {
      const build = answers.builds[index]
      if (build === undefined || 'mistake' in build) throw new Error(`${name}: ${build?.mistake}`)
      return [name, build]
    }),
  )
}

const build = (name: keyof typeof triggers): Build => {
  const found = builds.get(name)
  if (found === undefined) throw new Error(`${name} was not evaluated`)
  return found
}
const commands = (name: keyof typeof triggers) => commandsOf(build(name))
const events = (name: keyof typeof triggers, word: string): readonly PipelineEvent[] =>
  build(name).trace.filter((event) => event.word === word)
/** Which of the stages of section P ran: of parallel branches the stage that they are in. */
const ran = ({ trace }: Build): readonly string[] =>
  trace.flatMap(({ word, facts }) =>
    word === 'stage' && thirteen.includes(String(facts.stage)) ? [String(facts.stage)] : [],
  )

describe.skipIf(groovyMissing !== null)(
  `the Jenkinsfiles as Groovy evaluates them (${groovyMissing ?? 'groovy'})`,
  () => {
    beforeAll(async () => {
      builds = await evaluateAll(triggers)
    }, 240_000)

    test('Groovy is of the line that Jenkins runs', () => {
      expect(groovy).toMatch(/^2\.4\./)
    })

    test('a tag runs all 13 stages in the order of section P, in groups that hold one agent each', () => {
      expect(ran(build('tag'))).toEqual(thirteen)
      const others = build('tag').trace.filter(({ word, path }) => word === 'stage' && path.length <= 2)
      expect(others.map(({ facts }) => facts.stage).filter((name) => !thirteen.includes(String(name)))).toEqual(groups)
    })

    test.each([
      ['pullRequest', 7],
      ['branch', 7],
      ['main', 11],
      ['toStaging', 11],
      ['tag', 13],
      ['toProduction', 13],
      ['pullRequestToProduction', 7],
    ] as const)('%s runs the first %i stages', (name, count) => {
      expect(ran(build(name))).toEqual(thirteen.slice(0, count))
      expect(build(name).result).toBe('SUCCESS')
    })

    test('what does not depend on each other is side by side', () => {
      const branches = events('main', 'parallel').map(({ path, facts }) => [path.at(-1), facts.branches])
      expect(branches).toEqual([
        ['Build', ['Types', 'Bundles']],
        ['Unit Tests', ['Tests', 'Lint', 'Arrows']],
        ['Docker Build', ['Users', 'Catalog', 'Orders']],
        ['Trivy Scan', ['Dependencies', 'Secrets', 'Configuration', 'Images', 'Cost']],
      ])
    })

    test('a branch that fails lets the others end, so that one build tells all that is wrong', () => {
      expect(commands('lintFails')).toContain('bin/test arrows')
      expect(ran(build('lintFails')).at(-1)).toBe('Unit Tests')
    })

    test('a person is waited for without an agent and without a lock, and only who may', () => {
      const [asked, ...more] = events('tag', 'input')
      expect(more).toEqual([])
      expect(asked).toMatchObject({ agents: [], locks: [], facts: { submitter: 'release-managers' } })
      for (const name of ['main', 'pullRequest', 'toStaging'] as const) expect(events(name, 'input')).toEqual([])
    })

    test('who approved is who the release of production is recorded for', () => {
      const sent = events('tag', 'sh').find(({ facts }) => facts.command === promote)
      expect(sent?.facts.env).toMatchObject({ SHOPCTL_WHO: 'ada', SHOPCTL_REPORTS: 'reports' })
    })

    test('production gets what staging ran: after the approval nothing is built, pushed or deployed anew', () => {
      const asked = build('tag').trace.findIndex(({ word }) => word === 'input')
      const after = commandsOf({ ...build('tag'), trace: build('tag').trace.slice(asked) })
      expect(after.slice(0, 2)).toEqual([promote, smokeProd])
      expect(after.filter((command) => /shopctl (build|push|deploy|compile)/.test(command))).toEqual([])
    })

    test.each(['rejected', 'unanswered'] as const)('an approval that is %s changes nothing, and is told', (name) => {
      expect(build(name).result).toBe('ABORTED')
      expect(ran(build(name))).toEqual(thirteen.slice(0, 11))
      expect(commands(name).slice(-2)).toEqual(['bin/shopctl evidence --outcome aborted', notify])
    })

    test('agents are taken after locks, so that a build that waits for one holds no agent', () => {
      for (const lock of events('tag', 'lock')) expect(lock.agents).toEqual([])
      for (const name of ['pullRequest', 'branch'] as const) expect(events(name, 'lock')).toEqual([])
    })

    test.each([
      ['bin/shopctl push --env staging', 'shop-staging'],
      ['bin/shopctl deploy --env staging --yes', 'shop-staging'],
      ['bin/shopctl smoke --env staging --journeys --junit reports/junit/journeys.xml', 'shop-staging'],
      [promote, 'shop-production'],
      [smokeProd, 'shop-production'],
    ])('%s holds %s, so that no other build comes between change and check', (command, lock) => {
      const found = events('tag', 'sh').find(({ facts }) => facts.command === command)
      expect(found?.locks).toEqual([lock])
    })

    test('an older build that comes later stops at a milestone, before it changes an environment', () => {
      const words = build('tag').trace.map(({ word, facts }) => (word === 'milestone' ? 'milestone' : facts.command))
      for (const command of ['bin/shopctl push --env staging', promote]) {
        const [before] = words
          .slice(0, words.indexOf(command))
          .filter((word) => word === 'milestone')
          .slice(-1)
        expect(before).toBe('milestone')
      }
      expect(events('tag', 'milestone').map(({ facts }) => facts.ordinal)).toEqual([1, 2])
    })

    test('a newer push ends the build of a pull request, and never one that may be deploying', () => {
      expect(build('pullRequest').options.disableConcurrentBuilds).toEqual({ abortPrevious: true })
      for (const name of ['main', 'tag'] as const) {
        expect(build(name).options.disableConcurrentBuilds).toEqual({ abortPrevious: false })
      }
    })

    test('each command has the credentials that it needs and no other; a pull request has none that changes anything', () => {
      const given = events('tag', 'sh').filter(({ credentials }) => credentials.length > 0)
      const needed = Object.fromEntries(given.map(({ facts, credentials }) => [String(facts.command), credentials]))
      expect(needed).toEqual({
        'bin/shopctl quality scan': ['sonar-token'],
        'bin/shopctl quality gate --wait 180': ['sonar-token'],
        'bin/shopctl build --env staging --only users': ['aws-registry-read'],
        'bin/shopctl build --env staging --only catalog': ['aws-registry-read'],
        'bin/shopctl build --env staging --only orders': ['aws-registry-read'],
        'bin/shopctl scan image --built staging': ['aws-registry-read'],
        'bin/shopctl push --env staging': ['aws-staging'],
        'bin/shopctl manifests render --env staging --built --output reports': ['aws-staging'],
        'bin/shopctl deploy --env staging --yes': ['aws-staging'],
        'bin/shopctl smoke --env staging --journeys --junit reports/junit/journeys.xml': ['aws-staging'],
        [promote]: ['aws-production'],
        [smokeProd]: ['aws-production'],
        [notify]: ['slack-webhook'],
      })
      const ofPullRequest = events('pullRequestToProduction', 'sh').flatMap(({ credentials }) => credentials)
      expect([...new Set(ofPullRequest)]).toEqual(['sonar-token', 'aws-registry-read', 'slack-webhook'])
    })

    test('a smoke test that fails or is cut off takes production back once; a promotion goes back by itself', () => {
      for (const name of ['smokeFails', 'smokeAborted'] as const) {
        const back = events(name, 'sh').filter(({ facts }) => facts.command === rollback)
        expect(back).toHaveLength(1)
        expect(back[0]).toMatchObject({ locks: ['shop-production'], credentials: ['aws-production'] })
        // Its own check is bounded by minutes; the way back has the time that a gate and its undo need.
        expect(back[0]?.seconds).toBeGreaterThanOrEqual(20 * 60)
      }
      expect(commands('promoteFails')).not.toContain(rollback)
      expect(ran(build('promoteFails')).at(-1)).toBe('Deploy to Production')
      expect(commands('tag')).not.toContain(rollback)
    })

    test('what it would cost is on the page of every build, without an account; not to know it fails none', () => {
      for (const name of ['pullRequest', 'main', 'tag'] as const) expect(commands(name)).toContain(cost)
      expect(events('main', 'sh').find(({ facts }) => facts.command === cost)?.credentials).toEqual([])
      expect(build('costFails').result).toBe('SUCCESS')
      expect(events('costFails', 'caught').map(({ path }) => path.at(-1))).toEqual(['Cost'])
    })

    test('who aborts a build while its cost is asked ends it', () => {
      expect(build('costAborted').result).toBe('ABORTED')
      expect(ran(build('costAborted')).at(-1)).toBe('Trivy Scan')
    })

    test('Slack that is out of order makes no build fail', () => {
      expect(build('slackFails').result).toBe('SUCCESS')
      expect(events('slackFails', 'caught')).toHaveLength(1)
    })

    test('P-24: Check and Staging end within 30 minutes, and what reaches production within the hour', () => {
      const minutes = (path: readonly string[]) => {
        const found = build('tag').trace.find((event) => event.path.join() === path.join() && event.agents.length > 0)
        return (found?.seconds ?? Number.POSITIVE_INFINITY) / 60
      }
      const checkAndStage = minutes(['Check', 'Checkout']) + minutes(['Staging', 'ECR Push'])
      expect(checkAndStage).toBeLessThanOrEqual(30)
      const toProduction = ['Deploy to Production', 'Smoke Tests'].map((name) => {
        const found = events('tag', 'sh').find(({ path }) => path.at(-1) === name)
        return (found?.seconds ?? Number.POSITIVE_INFINITY) / 60
      })
      expect(checkAndStage + toProduction.reduce((sum, one) => sum + one, 0)).toBeLessThan(60)
    })

    test('no command runs without a bound', () => {
      for (const name of ['tag', 'smokeFails', 'nightlyFails', 'soak'] as const) {
        for (const { seconds } of events(name, 'sh')) expect(seconds).not.toBeNull()
      }
    })

    test('reports are kept and told of, also of what failed', () => {
      const kept = build('lintFails').trace.filter(({ during }) => during === 'post:always')
      expect(kept.map(({ word }) => word)).toEqual([
        'junit',
        'recordCoverage',
        'recordIssues',
        'archiveArtifacts',
        'stash',
      ])
      expect(kept.every(({ agents }) => agents.length === 1)).toBe(true)
      expect(commands('lintFails').slice(-2)).toEqual(['bin/shopctl evidence --outcome failed', notify])
    })

    test('what follows the stages has an agent of its own and no timeout of the stages around it', () => {
      const [after] = build('tag').trace.filter(({ during, word }) => during === 'post:success' && word === 'agent')
      expect(after).toMatchObject({ agents: [], seconds: null, path: [] })
    })

    describe('whatever command of a release fails', () => {
      let failed = new Map<string, Build>()
      const commandsOfRelease = () => commands('tag').filter((command) => !/ (evidence|notify|cost)/.test(command))

      beforeAll(async () => {
        const each = commandsOfRelease()
        const requests = each.flatMap((command): [string, BuildRequest][] => [
          [`fails ${command}`, { file, env: tag, fails: [command] }],
          [`aborts ${command}`, { file, env: tag, aborts: [command] }],
        ])
        failed = await evaluateAll(Object.fromEntries(requests))
      }, 240_000)

      test('no later stage runs, and the evidence and the message come last with its outcome', () => {
        for (const [name, one] of failed) {
          const [how = '', ...words] = name.split(' ')
          const command = words.join(' ')
          const outcome = how === 'fails' ? 'failed' : 'aborted'
          expect({ name, result: one.result }).toEqual({ name, result: how === 'fails' ? 'FAILURE' : 'ABORTED' })
          const told = commandsOf(one).slice(-2)
          expect({ name, told }).toEqual({ name, told: [`bin/shopctl evidence --outcome ${outcome}`, notify] })
          const where = one.trace.find(({ facts }) => facts.command === command)?.path ?? []
          const stage = where.find((part) => thirteen.includes(part)) ?? ''
          expect({ name, last: ran(one).at(-1) }).toEqual({ name, last: stage })
        }
      })

      test('its reports are archived', () => {
        for (const [name, one] of failed) {
          const archived = one.trace.filter(
            ({ word, during }) => word === 'archiveArtifacts' && during === 'post:always',
          )
          expect({ name, archived: archived.length > 0 }).toEqual({ name, archived: true })
        }
      })
    })

    test('the nightly scan runs at two in the morning UTC over all kinds and over what runs', () => {
      expect(build('nightly').crons).toEqual(['TZ=UTC\n0 2 * * *'])
      expect(commands('nightly')).toEqual([
        'bin/shopctl scan fs',
        'bin/shopctl scan secrets',
        'bin/shopctl scan config',
        'bin/shopctl scan image --running staging',
        'bin/shopctl scan image --running prod',
        'bin/shopctl evidence --outcome passed',
        notify,
      ])
    })

    test.each([
      ['main', 'SUCCESS', 'passed'],
      ['lintFails', 'FAILURE', 'failed'],
      ['testsAreUnstable', 'UNSTABLE', 'failed'],
      ['findingsAreUnstable', 'UNSTABLE', 'failed'],
      ['smokeAborted', 'ABORTED', 'aborted'],
      ['nightly', 'SUCCESS', 'passed'],
      ['nightlyFails', 'FAILURE', 'failed'],
      ['nightlyAborted', 'ABORTED', 'aborted'],
      ['nightlyUnstable', 'UNSTABLE', 'failed'],
      ['load', 'SUCCESS', 'passed'],
      ['loadFails', 'FAILURE', 'failed'],
      ['loadAborted', 'ABORTED', 'aborted'],
    ] as const)('%s ends as %s and is told as %s, once', (name, result, outcome) => {
      expect(build(name).result).toBe(result)
      const told = commands(name).filter((command) => / (evidence|notify)/.test(command))
      expect(told).toEqual([`bin/shopctl evidence --outcome ${outcome}`, notify])
      expect(commands(name).slice(-2)).toEqual(told)
    })

    test('the load test keeps staging to itself, and never meets production', () => {
      expect(commands('load')[0]).toBe(defaultLoad)
      expect(commands('soak')[0]).toContain('--profile soak')
      expect(events('load', 'sh')[0]?.locks).toEqual(['shop-staging'])
    })
  },
)

describe.skipIf(groovyMissing !== null)(`what Jenkins would not take (${groovyMissing ?? 'groovy'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'shopctl-jenkinsfile-'))
  const agent = "agent { label 'shop' }"
  const wrong = {
    'an unknown word among the stages': "pipeline { agent none\n stages { stagee('A') { steps { echo 'x' } } } }",
    'an unknown step': `pipeline { agent none\n stages { stage('A') { ${agent}\n steps { shh 'x' } } } }`,
    'an unknown option':
      "pipeline { agent none\n options { timeouts(time: 1) }\n stages { stage('A') { steps { milestone ordinal: 1 } } } }",
    'a command that is put together': `pipeline { agent none\n stages { stage('A') { ${agent}\n steps { sh "bin/shopctl \${1 + 1}" } } } }`,
    'a command without an agent': "pipeline { agent none\n stages { stage('A') { steps { sh 'bin/test' } } } }",
    'parallel inside of parallel':
      "pipeline { agent none\n stages { stage('A') { parallel { stage('B') { parallel { stage('C') { steps { milestone ordinal: 1 } } } } } } } }",
    'a stage that does nothing': "pipeline { agent none\n stages { stage('A') { options { timestamps() } } } }",
    'an agent that is held for the whole build': 'pipeline { agent any\n stages { } }',
    'two pipelines of nothing': 'def nothing = 1',
    'a file that is no Groovy': 'pipeline { agent none',
  }

  afterAll(() => rmSync(folder, { recursive: true }))

  test('ends the run with the word that is wrong', async () => {
    const requests = Object.values(wrong).map((text, index) => {
      const path = join(folder, `wrong${index}.Jenkinsfile`)
      writeFileSync(path, text)
      return { file: path, env: main }
    })
    const { builds: answers } = await evaluatePipelines(requests)
    const said = Object.fromEntries(
      Object.keys(wrong).map((name, index) => {
        const answer = answers[index]
        return [name, answer !== undefined && 'mistake' in answer ? 'refused' : `taken: ${answer?.result}`]
      }),
    )
    expect(said).toEqual(Object.fromEntries(Object.keys(wrong).map((name) => [name, 'refused'])))
  }, 120_000)
})
