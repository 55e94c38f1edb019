import { readFile, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Git } from './git.ts'
import { hookName, keptHookName, ownerOf, renderHook } from './hook-script.ts'

export type HookPlace = {
  /** The folder that git looks for hooks in, by whatever is configured. */
  readonly folder: string
  readonly hook: string
  readonly kept: string
  /** What the hook should be here. */
  readonly wanted: string
}

export type HookState = {
  readonly path: string
  /** `other`: there is a hook, and it is not ours. `old`: ours, of another version or place. */
  readonly state: 'installed' | 'old' | 'other' | 'missing'
  /** A hook that ours runs first; null where there is none. */
  readonly before: string | null
}

const textOf = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

const noRepository = (directory: string, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'NO_REPOSITORY',
    outcome: 'refused',
    what: `${directory} is in no git repository; there is nothing to hook into.`,
    why: cause instanceof ShopctlError ? cause.why : [],
    fix: [`git -C ${directory} init`],
    cause,
  })

const isWithin = (folder: string, outer: string): boolean => {
  const way = relative(outer, folder)
  return way === '' || !(way.startsWith('..') || isAbsolute(way))
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path)

/** A folder that a person has configured for all repositories is not ours to put something into. */
const refuseShared = (folder: string): ShopctlError =>
  new ShopctlError({
    code: 'HOOKS_SHARED',
    outcome: 'refused',
    what: `${folder}, where git looks for hooks, belongs to no single repository; nothing was changed.`,
    why: ['core.hooksPath names it, and other repositories may use it too'],
    fix: ['git config core.hooksPath "$(git rev-parse --git-common-dir)/hooks"'],
  })

/** Where the hook belongs: core.hooksPath counts, and all worktrees of a repository share one folder. */
export const findHookPlace = async (git: Git, directory: string): Promise<HookPlace> => {
  const asked = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir', '--git-path', 'hooks']
  const answer = await git(asked).catch((error: unknown) => Promise.reject(noRepository(directory, error)))
  const [top = '', common = '', folder = ''] = answer.split('\n')
  const place = resolve(folder)
  const [realPlace, ...owners] = await Promise.all([place, top, common].map(real))
  if (!owners.some((owner) => isWithin(realPlace ?? place, owner))) throw refuseShared(place)
  const prefix = (await git(['rev-parse', '--show-prefix'])).trimEnd()
  return { folder: place, hook: join(place, hookName), kept: join(place, keptHookName), wanted: renderHook(prefix) }
}

export const readHook = async ({ hook, kept, wanted }: HookPlace): Promise<HookState> => {
  const [text, before] = await Promise.all([textOf(hook), textOf(kept)])
  const owner = ownerOf(text)
  const state =
    text === wanted ? 'installed' : ({ shopctl: 'old', somebody: 'other', nobody: 'missing' } as const)[owner]
  return { path: hook, state, before: before === null ? null : kept }
}
