import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { sendSlack } from '../evidence/send-slack.ts'
import { evidenceFiles } from './evidence.ts'

export type NotifyRequest = {
  /** Where `shopctl evidence` wrote its message. */
  readonly reports: string
  /** SLACK_WEBHOOK_URL. */
  readonly url: string | undefined
  readonly signal: AbortSignal
}

export type NotifyResult = { readonly sent: 'slack'; readonly text: string }

const message = z.object({
  text: z.string(),
  blocks: z.array(
    z.object({ type: z.literal('section'), text: z.object({ type: z.literal('mrkdwn'), text: z.string() }) }),
  ),
})

/** Tells people what the evidence says. */
export async function notify({ reports, url, signal }: NotifyRequest): Promise<NotifyResult> {
  const address = addressOf(url)
  const file = join(reports, evidenceFiles.message)
  const parsed = await readMessage(file).catch((cause: unknown) => {
    throw new ShopctlError({
      code: 'NO_MESSAGE',
      outcome: 'refused',
      what: `There is no message to send in ${reports}; nobody was told.`,
      why: [cause instanceof Error ? cause.message : String(cause)],
      fix: [toType('evidence'), toType('notify')],
      cause,
    })
  })
  await sendSlack({ url: address, message: parsed, signal })
  return { sent: 'slack', text: parsed.text }
}

const readMessage = async (file: string): Promise<z.infer<typeof message>> =>
  message.parse(JSON.parse(await readFile(file, 'utf8')))

const addressOf = (url: string | undefined): URL => {
  const address = URL.parse(url ?? '')
  // Who has the address may write: it goes over no wire unencrypted, save to this machine itself.
  const isSafe = address?.protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(address?.hostname ?? '')
  if (address !== null && isSafe) return address
  throw new ShopctlError({
    code: 'SLACK_NOT_SET',
    outcome: 'refused',
    what: 'Nobody was told: SLACK_WEBHOOK_URL is not the https address of an incoming webhook.',
    why: [url ? 'it is set, and is no https address' : 'it is not set'],
    fix: [`SLACK_WEBHOOK_URL=… ${toType('notify')}`],
  })
}
