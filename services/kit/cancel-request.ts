import { connect } from 'node:net'
import type pg from 'pg'
import { z } from 'zod'

/** What the server gave the connection to be cancelled by; pg keeps both and documents neither. */
const keySchema = z.object({ processID: z.int(), secretKey: z.int() })
const cancelRequestCode = 80_877_102
const patienceMilliseconds = 2_000

/**
 * Asks the server to end what runs on a connection now, over a connection of its own that needs no login (the
 * protocol's CancelRequest, which libpq too sends unencrypted). Too late, it hits the next statement: see its callers.
 */
export function cancelRunning(client: pg.Client): void {
  const key = keySchema.safeParse(client)
  if (!key.success) return
  const message = Buffer.alloc(16)
  const words = [message.length, cancelRequestCode, key.data.processID, key.data.secretKey]
  for (const [index, word] of words.entries()) message.writeInt32BE(word, index * 4)
  const { host, port } = client
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.setTimeout(patienceMilliseconds, () => socket.destroy())
  // A server that cannot be reached ends the statement by its own time limit.
  socket.on('error', () => socket.destroy())
  socket.end(message)
}
