import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Delivery } from '../notifications/delivery.ts'
import { mailOptions } from './mail-headers.ts'
import type { MailTransport } from './mail-transport.ts'

/**
 * Mails as .eml files, for a shop on one machine. A file is there whole or not at all, and a second sending writes the
 * same one. Only the owner may read it: it holds a working link.
 */
export function directoryTransport(parts: { readonly directory: string; readonly from: string }): MailTransport {
  const { directory, from } = parts
  return {
    async send(message) {
      const { createTransport } = await import('nodemailer')
      const transporter = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
      const file = `${message.requestedAt.toISOString().replace(/[-:]/g, '')}-${message.id}.eml`
      const write = async (): Promise<Delivery> => {
        const { message: content } = await transporter.sendMail(mailOptions(message, from))
        await mkdir(directory, { recursive: true, mode: 0o700 })
        const unfinished = join(directory, `.${file}.${process.pid}`)
        await writeFile(unfinished, content, { mode: 0o600 })
        await rename(unfinished, join(directory, file))
        return { kind: 'sent', reference: file }
      }
      return write().catch((error: unknown) => ({ kind: 'unreachable' as const, reason: codeOf(error) }))
    },
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
