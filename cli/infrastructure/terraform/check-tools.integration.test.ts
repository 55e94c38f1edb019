import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runTool } from '../../tools/run-tool.ts'
import { checkTools } from './check-tools.ts'

const signal = new AbortController().signal
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopctl-check-tools-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A Terraform that says this, and nothing else on PATH. */
const check = async (says: string | null) => {
  const program = join(folder, 'terraform')
  if (says !== null) await writeFile(program, `#!/bin/sh\necho '${says}'\n`)
  if (says !== null) await chmod(program, 0o755)
  return checkTools({ folder, runTool, signal, variables: { PATH: folder } })
}

test('F17: without Terraform the way to get it is told in under a second', async () => {
  const began = performance.now()
  await expect(check(null)).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    exitCode: 3,
    fix: [expect.stringMatching(/install.*terraform/)],
  })
  expect(performance.now() - began).toBeLessThan(1000)
})

test.each(['{"terraform_version":"1.10.5"}', '{"terraform_version":"0.15.9"}'])(
  'F17: one that is too old is refused with what was found: %s',
  async (says) => {
    await expect(check(says)).rejects.toMatchObject({
      code: 'TERRAFORM_TOO_OLD',
      exitCode: 3,
      why: [expect.stringMatching(/^found: \d/)],
      fix: [expect.stringMatching(/install.*terraform/), 'command -v terraform'],
    })
  },
)

test('F17: a program of that name that is something else is refused', async () => {
  await expect(check('Hello')).rejects.toMatchObject({ code: 'TERRAFORM_TOO_OLD', exitCode: 3 })
})

test.each(['1.11.0', '1.11.4', '1.12.0-beta1', '2.0.0'])('%s is new enough', async (version) => {
  expect(await check(`{"terraform_version":"${version}"}`)).toBe(version)
})
