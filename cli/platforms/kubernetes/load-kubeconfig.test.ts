import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKubeConnection } from './kube-connection.ts'
import { loadKubeconfig } from './load-kubeconfig.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

type Entry = { readonly name: string; readonly user?: unknown; readonly server?: string }

const kubeconfig = (file: string, current: string, entries: readonly Entry[]): string => {
  const path = join(directory, file)
  const server = (entry: Entry) => entry.server ?? `https://${entry.name}.example:6443`
  const content = {
    clusters: entries.map((entry) => ({ name: entry.name, cluster: { server: server(entry) } })),
    users: entries.map(({ name, user = { token: `token-of-${name}` } }) => ({ name, user })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    'current-context': current,
  }
  writeFileSync(path, JSON.stringify(content))
  return path
}

const load = (KUBECONFIG: string, context: string | null = null) =>
  loadKubeconfig({ context, environment: { KUBECONFIG, HOME: directory } })

const headers = async (file: string) => {
  const connection = await createKubeConnection(() => load(file))
  return (await connection.access('kept')).headers
}

const program = (script: string): string => {
  const path = join(directory, 'login')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('the current context is taken, or the one that is named', async () => {
  const file = kubeconfig('one', 'kind', [{ name: 'kind' }, { name: 'other' }])
  expect((await load(file)).getCurrentCluster()?.server).toBe('https://kind.example:6443')
  expect((await load(file, 'other')).getCurrentCluster()?.server).toBe('https://other.example:6443')
})

test('of several files the first that names something counts, and one that is not there is passed over', async () => {
  const first = kubeconfig('first', 'a', [{ name: 'a', server: 'https://right.example' }])
  const second = kubeconfig('second', 'b', [{ name: 'a', server: 'https://wrong.example' }, { name: 'b' }])
  const config = await load([first, join(directory, 'none'), second].join(':'))
  expect(config.getCurrentCluster()?.server).toBe('https://right.example')
  expect(config.getContexts().map(({ name }) => name)).toEqual(['a', 'b'])
})

test('a context that is not there is refused with those that are', async () => {
  const file = kubeconfig('one', 'kind', [{ name: 'kind' }, { name: 'other' }])
  await expect(load(file, 'prod')).rejects.toMatchObject({
    code: 'KUBE_CONTEXT_UNKNOWN',
    exitCode: 3,
    message: 'There is no kubeconfig context prod.',
    why: [`${file} has the contexts kind, other`],
  })
})

test('no kubeconfig, and one that is none, are refused', async () => {
  await expect(load(join(directory, 'none'))).rejects.toMatchObject({ code: 'KUBECONFIG_MISSING', exitCode: 3 })
  const file = join(directory, 'broken')
  writeFileSync(file, 'clusters: [')
  await expect(load(file)).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID', exitCode: 3 })
  await expect(load(directory)).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' })
})

test('a login program gives the token, and is told what kubectl tells it', async () => {
  const told = 'echo "{\\"status\\":{\\"token\\":\\"$(printf %s "$KUBERNETES_EXEC_INFO" | wc -c)\\"}}"'
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program(told) }
  const file = kubeconfig('one', 'kind', [{ name: 'kind', user: { exec } }])
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } }
  expect(await headers(file)).toEqual({ Authorization: `Bearer ${JSON.stringify(info).length}` })
})

test('a login program that is missing or says no is refused in its own words', async () => {
  const missing = kubeconfig('one', 'kind', [{ name: 'kind', user: { exec: { command: 'no-such-login' } } }])
  await expect(headers(missing)).rejects.toMatchObject({
    code: 'KUBE_LOGIN_PROGRAM_MISSING',
    exitCode: 3,
    why: ['the kubeconfig logs in by the program no-such-login, which is not on PATH'],
  })
  const command = program('echo "the session has ended" >&2; exit 1')
  const refused = kubeconfig('two', 'kind', [{ name: 'kind', user: { exec: { command } } }])
  await expect(headers(refused)).rejects.toMatchObject({ code: 'KUBE_LOGIN_FAILED', why: ['the session has ended'] })
})

test('a login program that never ends is not waited for', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program('exec sleep 2') }
  const file = kubeconfig('one', 'kind', [{ name: 'kind', user: { exec } }])
  const connection = await createKubeConnection(() => load(file), { loginSeconds: 0.2 })
  await expect(connection.access('kept')).rejects.toMatchObject({
    code: 'KUBE_LOGIN_FAILED',
    why: ['the login did not end within 0.2 s'],
  })
})

test('kubectl proxy on this machine may speak plain HTTP', async () => {
  const file = kubeconfig('one', 'proxy', [{ name: 'proxy', server: 'http://127.0.0.1:8001' }])
  expect(await headers(file)).toEqual({ Authorization: 'Bearer token-of-proxy' })
})
