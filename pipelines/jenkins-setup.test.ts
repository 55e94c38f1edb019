import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { jenkinsfileNames, readJenkinsfile } from './testing/jenkinsfiles.ts'

const folder = import.meta.dirname
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

const credentialSchema = z.record(z.string(), z.looseObject({ id: z.string(), scope: z.enum(['GLOBAL', 'SYSTEM']) }))
const configuration = z
  .object({
    credentials: z.object({
      system: z.object({ domainCredentials: z.array(z.object({ credentials: z.array(credentialSchema) })) }),
    }),
    unclassified: z.looseObject({
      lockableResourcesManager: z.object({ declaredResources: z.array(z.looseObject({ name: z.string() })) }),
    }),
    jobs: z.array(z.object({ script: z.string() })),
  })
  .parse(parse(read('jenkins/casc.yaml')))

const everywhere = configuration.credentials.system.domainCredentials
  .flatMap(({ credentials }) => credentials)
  .flatMap((credential) => Object.values(credential))
const found = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].flatMap(([, name]) => name ?? [])),
]
const jobs = configuration.jobs.map(({ script }) => script)
const ofFolders = jobs.flatMap((script) => found(script, /^\s+id\('(aws-[^']+)'\)/gm))
const declared = [...everywhere.map(({ id }) => id), ...ofFolders]
const pipelines = jenkinsfileNames.map(readJenkinsfile).join('\n')
const usedByPipelines = found(pipelines, /credential(?:sId: |s\()'([^']+)'/g)

test('every credential that is used is set up, and every one that is set up is used', () => {
  const usedHere = [
    ...jobs.flatMap((script) => found(script, /credentials(?:Id)?\('([^']+)'\)/g)),
    'github-webhook-secret',
  ]
  expect(new Set([...usedByPipelines, ...usedHere])).toEqual(new Set(declared))
})

test('no value of a credential is written down', () => {
  const values = everywhere.flatMap(({ id: _id, scope: _scope, description: _description, ...rest }) =>
    Object.values(rest),
  )
  const inJobs = jobs.flatMap((script) => found(script, /(?:accessKey|secretKey|iamRoleArn)\('([^']*)'\)/g))
  for (const value of [...values, ...inJobs]) expect(value).toMatch(/^\$\{[A-Z_]+\}$/)
})

test('what changes an environment is out of reach of pull requests, whatever their Jenkinsfile says', () => {
  expect(everywhere.map(({ id }) => id)).not.toEqual(expect.arrayContaining(['aws-staging']))
  expect(everywhere.map(({ id }) => id)).not.toEqual(expect.arrayContaining(['aws-production']))
  const withKeys = jobs.filter((script) => script.includes('folderCredentialsProperty'))
  expect(withKeys.map((script) => script.split('\n')[0])).toEqual(["folder('release') {"])
  const discovers = (name: string) =>
    jobs.find((script) => script.startsWith(`multibranchPipelineJob('${name}')`)) ?? ''
  expect(discovers('release/shop')).not.toMatch(/PullRequest|Fork/)
  expect(discovers('pull-requests/shop')).not.toMatch(/BranchDiscovery|TagDiscovery|ForkDiscovery/)
})

test('tags are built, and each Jenkinsfile has its job', () => {
  expect(jobs.join('\n')).toContain('buildTags {')
  const scripts = found(jobs.join('\n'), /scriptPath\('pipelines\/([^']+)'\)/g)
  expect(new Set(scripts)).toEqual(new Set(jenkinsfileNames))
  for (const script of scripts) expect(existsSync(join(folder, script))).toBe(true)
})

test('every lock is of a resource that is declared', () => {
  const resources = configuration.unclassified.lockableResourcesManager.declaredResources.map(({ name }) => name)
  expect(new Set(found(pipelines, /lock\(resource: '([^']+)'/g))).toEqual(new Set(resources))
})

/** Which plugin brings each word; the words of declarative itself and of the core steps come with workflow-aggregator. */
const plugins: Readonly<Record<string, readonly string[]>> = {
  'aws-credentials': ['aws'],
  coverage: ['recordCoverage'],
  'credentials-binding': ['withCredentials', 'string', 'credentials'],
  git: ['checkout'],
  junit: ['junit'],
  'lockable-resources': ['lock'],
  'pipeline-milestone-step': ['milestone'],
  timestamper: ['timestamps'],
  'warnings-ng': ['recordIssues', 'sarif'],
  'workflow-aggregator': [
    ...['pipeline', 'agent', 'parameters', 'options', 'environment', 'stages', 'stage', 'steps', 'parallel', 'when'],
    ...[
      'input',
      'post',
      'always',
      'success',
      'failure',
      'unstable',
      'aborted',
      'unsuccessful',
      'not',
      'anyOf',
      'triggers',
    ],
    ...['changeRequest', 'buildingTag', 'branch', 'beforeOptions', 'label', 'message', 'ok', 'submitter'],
    ...['submitterParameter', 'choice', 'cron', 'buildDiscarder', 'logRotator', 'disableConcurrentBuilds'],
    ...['preserveStashes', 'skipDefaultCheckout', 'timeout', 'sh', 'dir', 'deleteDir', 'stash', 'unstash', 'node'],
    ...['archiveArtifacts', 'catchError'],
  ],
}
/** Used by the jobs and the set-up, not by a step. */
const forSetUp = [
  'configuration-as-code',
  'job-dsl',
  'cloudbees-folder',
  'github-branch-source',
  'basic-branch-build-strategies',
]

const installed = read('jenkins/plugins.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

test('every word of the Jenkinsfiles comes with a plugin that is installed, and no plugin for nothing', () => {
  const words = found(
    pipelines.replaceAll(/'[^']*'/g, "''"),
    /(?<![\w.])([a-z]\w+)(?=\s*[({]|\s+''|\s+true|\s+scm|\s+none|\s+\w+:)/g,
  )
  const known = Object.values(plugins).flat()
  expect(words.filter((word) => !known.includes(word))).toEqual([])
  const names = installed.map((line) => line.split(':')[0])
  expect(new Set(names)).toEqual(new Set([...Object.keys(plugins), ...forSetUp]))
})

test('every plugin has one exact version', () => {
  for (const line of installed) expect(line).toMatch(/^[a-z0-9-]+:[\w.]*\d[\w.]*$/)
})

test('the README lets nobody build by hand what no job discovers, and claims no comment that no step writes', () => {
  const readme = read('README.md')
  const [release = ''] = jobs.filter((script) => script.includes("multibranchPipelineJob('release/shop')"))
  const [includes = ''] = found(release, /includes\('([^']+)'\)/g)
  const [byHand = ''] = found(readme, /^\| by hand, `DEPLOY_TO` \| as far as it says \| (.+) \|$/gm)
  expect(found(byHand.split(':')[0] ?? '', /`([^`]+)`/g)).toEqual(includes.split(' '))
  expect(readme).toMatch(/`reports\/summary\.md` [^.]* not posted/)
  expect(pipelines).not.toMatch(/pullRequest|comment|publishChecks/)
})
