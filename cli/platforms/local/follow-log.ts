import { open, stat } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as pause } from 'node:timers/promises'

/** Lines that are written to a file from now on, until the signal aborts. */
export async function* followLog(file: string, signal: AbortSignal): AsyncIterable<string> {
  let position = (await stat(file).catch(() => null))?.size ?? 0
  const decoder = new StringDecoder('utf8')
  let rest = ''
  while (!signal.aborted) {
    const handle = await open(file, 'r').catch(() => null)
    const size = (await handle?.stat())?.size ?? 0
    if (handle !== null && size > position) {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - position), position })
      position += bytesRead
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n')
      rest = lines.pop() ?? ''
      yield* lines.filter((line) => line !== '')
    }
    await handle?.close()
    await pause(100, undefined, { signal }).catch(() => undefined)
  }
}
