import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { hashPassword } from './password-hash.ts'

/** Behind the event loop and everything else; hashes are all that keeps these threads busy for long. */
const niceness = 10
const threads = '/proc/self/task'

/**
 * Lets the threads that hash come after the one that answers: with as many hashes as cores the kernel would give each
 * the same share, and whoever asks for anything else would wait. Linux only; elsewhere nothing happens. Rejects where
 * the kernel refuses.
 */
export async function yieldToRequests(): Promise<void> {
  // They are all there from the first hash on.
  await hashPassword('nobody has this one')
  if (process.platform !== 'linux') return
  for (const thread of readdirSync(threads)) {
    if (nameOf(thread) === 'libuv-worker') setPriority(Number(thread), niceness)
  }
}

function nameOf(thread: string): string | null {
  try {
    return readFileSync(`${threads}/${thread}/comm`, 'utf8').trim()
  } catch {
    // One of those that come and go.
    return null
  }
}
