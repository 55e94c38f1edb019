import type { MailMessage } from './mail-transport.ts'

/** How a message is given to nodemailer, which encodes it and refuses line breaks in headers. */
export function mailOptions({ id, requestedAt, to, subject, text, html }: MailMessage, from: string) {
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? 'localhost'
  return {
    messageId: `<${id}@${domain}>`,
    date: requestedAt,
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    // RFC 3834: so that nobody's holiday answers a machine.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
