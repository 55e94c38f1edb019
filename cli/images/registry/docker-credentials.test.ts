import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlannedCall, scriptedRunner } from '../../tools/testing/scripted-runner.ts'
import type { Credentials } from './credentials.ts'
import { dockerConfigFile, dockerCredentials } from './docker-credentials.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-docker-'))
})
afterEach(() => rm(directory, { recursive: true }))

const signal = new AbortController().signal
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const read = async (
  config: object | string,
  { host = 'registry.test', calls = [] }: { host?: string; calls?: readonly PlannedCall[] } = {},
): Promise<{ credentials: Credentials | null; input: string | undefined }> => {
  await writeFile(join(directory, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  const runner = scriptedRunner(calls)
  const place = { variables: { DOCKER_CONFIG: directory }, home: '/nowhere' }
  const credentials = await dockerCredentials({ host, run: runner.runTool, ...place })(signal)
  expect(runner.left()).toEqual([])
  return { credentials, input: runner.made.at(-1)?.input }
}

test('a login that stands in the file is read, with a colon in its password', async () => {
  const { credentials } = await read({ auths: { 'registry.test': { auth: base64('ann:pass:word') } } })
  expect(credentials).toEqual({ kind: 'password', username: 'ann', password: 'pass:word' })
})

test('a login of another host is nobody here', async () => {
  const { credentials } = await read({ auths: { 'registry.test.evil': { auth: base64('ann:word') } } })
  expect(credentials).toBe(null)
})

test('an identity token is told from a password', async () => {
  const { credentials } = await read({ auths: { 'registry.test': { auth: base64('x:y'), identitytoken: 'token' } } })
  expect(credentials).toEqual({ kind: 'identity-token', token: 'token' })
})

test('the helper of a host goes before the general store', async () => {
  const calls = [{ call: 'docker-credential-own get', result: { stdout: '{"Username":"ann","Secret":"word"}' } }]
  const config = { credHelpers: { 'registry.test': 'own' }, credsStore: 'desktop' }
  const { credentials, input } = await read(config, { calls })
  expect(credentials).toEqual({ kind: 'password', username: 'ann', password: 'word' })
  expect(input).toBe('registry.test')
})

test('a helper may answer an identity token', async () => {
  const calls = [{ call: 'docker-credential-desktop get', result: { stdout: '{"Username":"<token>","Secret":"t"}' } }]
  const { credentials } = await read({ credsStore: 'desktop' }, { calls })
  expect(credentials).toEqual({ kind: 'identity-token', token: 't' })
})

test('a store that knows no login leaves the file to answer', async () => {
  const unknown = { exitCode: 1, stdout: 'credentials not found in native keychain\n' }
  const call = 'docker-credential-desktop get'
  const config = { credsStore: 'desktop', auths: { 'registry.test': { auth: base64('ann:word') } } }
  const calls = [call, call].map((words) => ({ call: words, result: unknown }))
  expect((await read(config, { calls })).credentials).toMatchObject({ username: 'ann' })
})

test('a helper that fails is a refused login, and its output, which may hold a secret, is not shown', async () => {
  const calls = [{ call: 'docker-credential-desktop get', result: { exitCode: 2, stdout: 'canary' } }]
  const error = await read({ credsStore: 'desktop' }, { calls }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'REGISTRY_LOGIN', why: ['docker-credential-desktop: exit code 2'] })
})

test('a helper whose name is a path is not run', async () => {
  const error = await read({ credsStore: '../../tmp/evil' }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'REGISTRY_LOGIN' })
})

test('docker hub has a name of its own in the file', async () => {
  const config = { auths: { 'https://index.docker.io/v1/': { auth: base64('ann:word') } } }
  expect((await read(config, { host: 'registry-1.docker.io' })).credentials).toMatchObject({ username: 'ann' })
})

test('without a file there is no login', async () => {
  const { runTool: run } = scriptedRunner([])
  const place = { variables: {}, home: join(directory, 'nobody') }
  expect(dockerConfigFile(place)).toBe(join(directory, 'nobody', '.docker', 'config.json'))
  expect(await dockerCredentials({ host: 'registry.test', run, ...place })(signal)).toBe(null)
})

test('a file that cannot be read is refused without quoting it', async () => {
  const error = await read('{"auths": canary').catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'DOCKER_CONFIG_INVALID', outcome: 'refused' })
  expect(JSON.stringify(error)).not.toContain('canary')
})
