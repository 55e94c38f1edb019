import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { createGit } from '../hooks/git.ts'
import { findHookPlace, type HookPlace, type HookState, readHook } from '../hooks/hook-place.ts'
import { runTool } from '../tools/run-tool.ts'

export type HooksRequest = {
  /** The folder of shopctl; the hook goes to the repository that it is in. */
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly startedIn: string
  readonly signal: AbortSignal
}

export type HookChange = HookState & { readonly changed: 'yes' | 'no' }

export const gitOf = ({ repository, ...rest }: HooksRequest) =>
  createGit({ ...rest, directory: repository, run: runTool })

const placeOf = (request: HooksRequest): Promise<HookPlace> => findHookPlace(gitOf(request), request.repository)

const foreignHook = (path: string): ShopctlError =>
  new ShopctlError({
    code: 'HOOK_EXISTS',
    outcome: 'refused',
    what: `${path} is there already, and it is not shopctl's; nothing was changed.`,
    why: ['with --chain it is kept, and runs before shopctl looks'],
    fix: [toType('hooks install --chain')],
  })

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const changing = async (path: string, change: () => Promise<unknown>): Promise<void> => {
  try {
    await change()
  } catch (error) {
    throw new ShopctlError({
      code: 'HOOK_NOT_WRITABLE',
      outcome: 'refused',
      what: `${path} cannot be changed.`,
      why: [messageOf(error)],
      cause: error,
    })
  }
}

/** Under its name only when it is whole: git may run it at any moment. */
const writeHook = async ({ folder, hook, wanted }: HookPlace): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await writeFile(`${hook}.new`, wanted)
  await chmod(`${hook}.new`, 0o755)
  await rename(`${hook}.new`, hook)
}

export type InstallRequest = HooksRequest & {
  /** What becomes of a hook of somebody else. */
  readonly other: 'refuse' | 'chain'
}

/** Puts the pre-commit hook in place. The same again changes nothing. */
export const installHook = async (request: InstallRequest): Promise<HookChange> => {
  const place = await placeOf(request)
  const found = await readHook(place)
  if (found.state === 'installed') return { ...found, changed: 'no' }
  if (found.state === 'other' && (request.other === 'refuse' || found.before !== null)) throw foreignHook(place.hook)
  await changing(place.hook, async () => {
    if (found.state === 'other') await rename(place.hook, place.kept)
    await writeHook(place)
  })
  return { ...(await readHook(place)), changed: 'yes' }
}

/** Takes our hook away and puts back what was there before. A hook of somebody else stays. */
export const uninstallHook = async (request: HooksRequest): Promise<HookChange> => {
  const place = await placeOf(request)
  const found = await readHook(place)
  if (found.state === 'missing' || found.state === 'other') return { ...found, changed: 'no' }
  await changing(place.hook, () => (found.before === null ? rm(place.hook) : rename(place.kept, place.hook)))
  return { ...(await readHook(place)), changed: 'yes' }
}

export const hookStatus = async (request: HooksRequest): Promise<HookState> => readHook(await placeOf(request))
