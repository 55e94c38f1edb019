import { once } from 'node:events'
import type { Server } from 'node:http'
import { z } from 'zod'

const addressSchema = z.object({ port: z.int() })

/** On a free port of 127.0.0.1; answers its origin. */
export async function listenForTest(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${addressSchema.parse(server.address()).port}`
}
