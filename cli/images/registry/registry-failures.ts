import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'

export const registryUnreachable = (host: string, why: readonly string[], cause?: unknown): ShopctlError =>
  new ShopctlError({
    code: 'REGISTRY_UNREACHABLE',
    outcome: 'refused',
    what: `The registry ${host} did not answer; nothing was changed for users.`,
    why,
    fix: [`curl -sS -o /dev/null -w '%{http_code}\\n' ${registryOrigin(host)}/v2/`],
    cause,
  })

export const registryLogin = (host: string, why: readonly string[], cause?: unknown): ShopctlError =>
  new ShopctlError({
    code: 'REGISTRY_LOGIN',
    outcome: 'refused',
    what: `The registry ${host} did not let shopctl in; nothing was changed for users.`,
    why,
    fix: [`docker login ${quoteWord(host)}`],
    cause,
  })

export const repositoryMissing = (
  name: string,
  { environment, why }: { readonly environment: string | null; readonly why: readonly string[] },
): ShopctlError =>
  new ShopctlError({
    code: 'REPOSITORY_MISSING',
    outcome: 'refused',
    what: `The repository ${name} does not exist; nothing was changed. Repositories are made by infra up.`,
    why,
    fix: environment === null ? [] : [toType(`infra up --env ${environment}`)],
  })

export const imageMissing = (name: string): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_MISSING',
    outcome: 'refused',
    what: `The image ${name} is not in its registry; nothing was changed.`,
    why: ['the registry answered 404'],
    fix: [`docker pull ${quoteWord(name)}`],
  })

/** Somebody else pushed the same bundle, built from another commit, since this build looked. */
export const tagTaken = (name: string, { wanted, found }: { wanted: string; found: string }): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_TAG_TAKEN',
    outcome: 'refused',
    what: `${name} names another image already and is never moved; nothing was changed for users. Run it again: it takes what is there.`,
    why: [`this build made ${wanted}`, `the registry has ${found}`],
  })

export const contentDamaged = (name: string, { wanted, found }: { wanted: string; found: string }): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_DAMAGED',
    outcome: 'refused',
    what: `What the registry has as ${name} is not what its digest says; nothing was changed for users.`,
    why: [`its content has the digest ${found}`, `wanted is ${wanted}`],
  })

export const registryRefused = (host: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'REGISTRY_REFUSED',
    outcome: 'refused',
    what: `The registry ${host} refused what shopctl asked; nothing was changed for users.`,
    why,
  })

const onThisMachine = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

export const isOnThisMachine = (host: string): boolean => onThisMachine.test(host)

/** Plain HTTP is for this machine alone: anywhere else a password would be there to read. */
export const registryOrigin = (host: string): string => `${isOnThisMachine(host) ? 'http' : 'https'}://${host}`
