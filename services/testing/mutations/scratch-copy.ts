import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { broken, type Edit } from './fault.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The services as they are in the working tree, where they can be broken without harm. */
export type ScratchCopy = {
  readonly folder: string
  /** Breaks the files while the work runs, and mends them whatever comes of it. */
  whileBroken<Result>(edits: readonly Edit[], work: () => Promise<Result>): Promise<Result>
  remove(): Promise<void>
}

export async function makeScratchCopy(): Promise<ScratchCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-mutations-'))
  for (const name of ['services', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const pathOf = (file: string) => join(folder, 'services', file)
  return {
    folder,
    async whileBroken(edits, work) {
      const whole = await Promise.all(edits.map(({ file }) => readFile(pathOf(file), 'utf8')))
      try {
        for (const edit of edits) {
          await writeFile(pathOf(edit.file), broken(await readFile(pathOf(edit.file), 'utf8'), edit))
        }
        return await work()
      } finally {
        for (const [index, { file }] of edits.entries()) await writeFile(pathOf(file), whole[index] ?? '')
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
