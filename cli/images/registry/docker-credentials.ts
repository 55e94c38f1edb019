import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { RunTool, ToolCall } from '../../tools/tool-call.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { registryLogin } from './registry-failures.ts'

const loginSchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})

const configSchema = z.object({
  auths: z.record(z.string(), loginSchema).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})

const answerSchema = z.object({ Username: z.string(), Secret: z.string() })

type DockerConfig = z.infer<typeof configSchema>
type Login = z.infer<typeof loginSchema>

const dockerHub = { host: 'registry-1.docker.io', key: 'https://index.docker.io/v1/' } as const

const keysOf = (host: string): readonly string[] =>
  host === dockerHub.host ? [dockerHub.key, 'docker.io'] : [host, `https://${host}`, `http://${host}`]

/** What `docker login` has written, where the person's docker looks for it. Credentials of docker run no program. */
export type DockerConfigPlace = {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home: string
}

export const dockerConfigFile = ({ variables, home }: DockerConfigPlace): string =>
  join(variables.DOCKER_CONFIG || join(home, '.docker'), 'config.json')

const configInvalid = (file: string, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'DOCKER_CONFIG_INVALID',
    outcome: 'refused',
    what: `${file} cannot be read as docker's configuration; nothing was changed.`,
    // A parser's message may quote the text, and the text holds passwords.
    why: [cause instanceof z.ZodError ? 'a field has another type than docker writes' : 'it is not JSON'],
    fix: [`ls -l ${quoteWord(file)}`],
  })

const readConfig = async (file: string): Promise<DockerConfig> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return '{}'
    throw error
  })
  try {
    return configSchema.parse(JSON.parse(text))
  } catch (error) {
    throw configInvalid(file, error)
  }
}

const fromLogin = ({ auth, username, password, identitytoken }: Login): Credentials | null => {
  if (identitytoken) return { kind: 'identity-token', token: identitytoken }
  if (username && password) return { kind: 'password', username, password }
  const text = Buffer.from(auth ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 1 ? null : { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** A helper's name goes into a program's name, so it may hold no path. */
const helperName = /^[\w.-]+$/

export const helperCall = (helper: string, key: string): ToolCall => ({
  program: `docker-credential-${helper}`,
  args: ['get'],
  input: key,
  timeoutSeconds: 30,
})

const parseAnswer = (text: string): Credentials | null => {
  const answer = answerSchema.safeParse(jsonOrNull(text))
  if (!answer.success) return null
  const { Username: username, Secret: secret } = answer.data
  // The helpers' protocol says a token so.
  if (username === '<token>') return { kind: 'identity-token', token: secret }
  return { kind: 'password', username, password: secret }
}

const jsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const helperFailed = (host: string, helper: string, words: string): ShopctlError =>
  registryLogin(host, [`docker-credential-${helper}: ${words}`])

/** A helper that knows no login answers a sentence of its protocol and exits 1; anything else is its failure. */
const isNoLogin = (words: string): boolean => /credentials not found/i.test(words)

export type DockerCredentials = DockerConfigPlace & { readonly host: string; readonly run: RunTool }

/**
 * The login for one registry as docker itself would choose it: the host's own helper, the general store, then what
 * stands in the file. Throws DOCKER_CONFIG_INVALID or REGISTRY_LOGIN (both refused), TOOL_MISSING for a helper.
 */
export const dockerCredentials =
  ({ host, run, ...place }: DockerCredentials): CredentialSource =>
  async (signal) => {
    const config = await readConfig(dockerConfigFile(place))
    const keys = keysOf(host)
    const ownHelper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined)
    const helper = ownHelper ?? config.credsStore
    if (helper) {
      if (!helperName.test(helper)) throw helperFailed(host, helper, 'is not the name of a helper')
      for (const key of keys.slice(0, 2)) {
        const { exitCode, stdout, stderr } = await run(helperCall(helper, key), signal)
        if (exitCode === 0) return parseAnswer(stdout)
        const words = `${stdout}${stderr}`.trim()
        if (!isNoLogin(words)) throw helperFailed(host, helper, `exit code ${exitCode}`)
      }
    }
    const login = keys.map((key) => config.auths?.[key]).find((found) => found !== undefined)
    return login === undefined ? null : fromLogin(login)
  }
