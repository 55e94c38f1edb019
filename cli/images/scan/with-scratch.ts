import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyIgnoreFile } from './trivy-calls.ts'

/** An empty folder for one run of the scanner; gone afterwards, whatever happened. */
export const withScratch = async <Result>(use: (scratch: string) => Promise<Result>): Promise<Result> => {
  const scratch = await mkdtemp(join(tmpdir(), 'shopctl-scan-'))
  try {
    await writeFile(emptyIgnoreFile(scratch), '')
    return await use(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
