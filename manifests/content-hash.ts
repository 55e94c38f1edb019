import { createHash } from 'node:crypto'

/** Ten characters that change with the content. Key order counts: hash what was made, not what was read back. */
export const contentHash = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 10)
