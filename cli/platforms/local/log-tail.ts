import { open, stat } from 'node:fs/promises'

const mostBytes = 64 * 1024

export const logSize = async (file: string): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0

/** The last lines that were written to a log after it had this size; none where there is no log. */
export const readLogTail = async (
  file: string,
  { after, lines }: { after: number; lines: number },
): Promise<string[]> => {
  const log = await open(file, 'r').catch(() => null)
  if (log === null) return []
  try {
    const { size } = await log.stat()
    const from = Math.max(after, size - mostBytes)
    const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(Math.max(0, size - from)), position: from })
    const text = buffer.toString('utf8', 0, bytesRead)
    return text
      .split('\n')
      .filter((line) => line !== '')
      .slice(-lines)
  } finally {
    await log.close()
  }
}
