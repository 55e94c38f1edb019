import type Docker from 'dockerode'
import { ShopctlError } from '../../errors/shopctl-error.ts'

export type LocalEngine = {
  readonly docker: Docker
  /** As images name it: `amd64`, `arm64`. */
  readonly architecture: string
}

const pingMilliseconds = 3000

/** The engine's words for a machine, in an image's. */
export const architectureOf = (machine: string): string => ({ x86_64: 'amd64', aarch64: 'arm64' })[machine] ?? machine

const within = async <Value>(milliseconds: number, work: Promise<Value>): Promise<Value> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

/** The engine that docker's own variables or its socket lead to, or why there is none: that is a fact, not a failure. */
export const openLocalEngine = async (): Promise<LocalEngine | { readonly none: string }> => {
  const { default: Engine } = await import('dockerode')
  try {
    const docker = new Engine()
    const { Architecture: machine } = await within(pingMilliseconds, docker.info())
    return { docker, architecture: architectureOf(String(machine)) }
  } catch (error) {
    return { none: `no Docker engine answers here: ${error instanceof Error ? error.message : error}` }
  }
}

export const engineFailed = (what: string, error: unknown): ShopctlError =>
  new ShopctlError({
    code: 'ENGINE_FAILED',
    outcome: 'refused',
    what: `${what}; nothing was changed for users.`,
    why: [error instanceof Error ? error.message : String(error)],
    fix: ['docker info'],
    cause: error,
  })
