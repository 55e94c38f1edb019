import { createServer } from 'node:http'
import { z } from 'zod'
import { listenForTest } from './listen-for-test.ts'

const messageSchema = z.object({
  receiver: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
})

/** One alert of one message, and the receiver that it was meant for. */
export type ToldAlert = z.infer<typeof messageSchema>['alerts'][number] & { readonly receiver: string }

export type AlertReceiver = {
  readonly url: string
  /** Everything told so far, oldest first. */
  told(): readonly ToldAlert[]
  close(): Promise<void>
}

/** Takes what Alertmanager posts in place of a page, a chat message or a mail. */
export async function startAlertReceiver(): Promise<AlertReceiver> {
  const told: ToldAlert[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(Buffer.from(part))
    const { receiver, alerts } = messageSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')))
    told.push(...alerts.map((alert) => ({ ...alert, receiver })))
    response.end()
  })
  const url = await listenForTest(server)
  return {
    url,
    told: () => [...told],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
