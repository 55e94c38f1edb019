import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

test('what can no longer be written ends nothing, and what was written before is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopctl-log-file-'))
  try {
    const log = openLogFile(folder, { doing: 'apply', now: new Date() })
    log.append('first\n')
    log.close()
    log.append('second\n')
    expect(await readFile(log.file, 'utf8')).toBe('first\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
