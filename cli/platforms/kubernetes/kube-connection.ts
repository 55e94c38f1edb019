import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { loginFailed } from './login-failed.ts'

/** What one request needs to reach the API server as somebody whom it knows. */
export type KubeAccess = { readonly agent: HttpAgent; readonly headers: Readonly<Record<string, string>> }

export type KubeConnection = {
  readonly context: string
  readonly server: URL
  /** Asked before each request: tokens expire. `renewed` forgets what was kept, after the server refused it. */
  access(credentials: 'kept' | 'renewed'): Promise<KubeAccess>
  /** For what the library does by itself, joining sockets. */
  config(): KubeConfig
}

const newAgent = (options: RequestOptions, server: URL): HttpAgent => {
  if (server.protocol === 'http:') return new HttpAgent({ keepAlive: true })
  const { ca, cert, key, servername, rejectUnauthorized } = options
  return new HttpsAgent({
    keepAlive: true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  })
}

const headersOf = ({ headers, auth }: RequestOptions): Record<string, string> => ({
  ...Object.fromEntries(Object.entries({ ...headers }).map(([name, value]) => [name, String(value).trim()])),
  ...(typeof auth === 'string' ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}),
})

const identityOf = ({ ca, cert, key }: RequestOptions): string => [ca, cert, key].map(String).join('\n')

/** The library's agents open a connection for each request; only those that go through a proxy are needed of it. */
const agentFor = (config: KubeConfig, server: URL) => {
  let known: { readonly agent: HttpAgent; readonly identity: string } | null = null
  return (options: RequestOptions): HttpAgent => {
    if (config.getCurrentCluster()?.proxyUrl && options.agent instanceof HttpAgent) return options.agent
    // A renewed client certificate needs connections of its own.
    const identity = identityOf(options)
    if (known?.identity !== identity) known = { agent: newAgent(options, server), identity }
    return known.agent
  }
}

/** A login in a browser takes a person this long; one that waits for nobody would wait for ever. */
const loginSeconds = 30

const within = async (seconds: number, login: Promise<void>): Promise<void> => {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(() => late.reject(new Error(`the login did not end within ${seconds} s`)), seconds * 1000)
  await Promise.race([login, late.promise]).finally(() => clearTimeout(timer))
}

/** `load` is called again where the server no longer takes the credentials that were loaded first. */
export const createKubeConnection = async (
  load: () => Promise<KubeConfig>,
  patience = { loginSeconds },
): Promise<KubeConnection> => {
  let config = await load()
  const server = new URL(config.getCurrentCluster()?.server ?? '')
  let agentOf = agentFor(config, server)
  return {
    context: config.getCurrentContext(),
    server,
    config: () => config,
    async access(credentials) {
      if (credentials === 'renewed') {
        config = await load()
        agentOf = agentFor(config, server)
      }
      const options: RequestOptions = {}
      await within(patience.loginSeconds, config.applyToHTTPSOptions(options)).catch((error: unknown) => {
        throw loginFailed(error, config)
      })
      return { agent: agentOf(options), headers: headersOf(options) }
    },
  }
}
