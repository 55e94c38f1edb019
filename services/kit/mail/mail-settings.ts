import { z } from 'zod'

/** `Name <address>` or an address, on one line. */
const sender = /^(?:[^<>@\r\n"]{1,100} <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/

/** Where mails go. Without either of the first two they wait in the database. */
export const mailSettings = {
  SMTP_URL: z
    .string()
    .refine(
      (url) => /^smtps?:\/\/[^/]/.test(url) && URL.canParse(url),
      'must be a URL that starts with smtp:// or smtps://',
    )
    .optional()
    .meta({ example: 'smtps://shop:…@mail.example:465' }),
  /** A folder for .eml files, in place of a server. */
  MAIL_DIRECTORY: z.string().min(1).optional().meta({ example: '/tmp/mail' }),
  MAIL_FROM: z
    .string()
    .regex(sender, 'must be an address, or a name and an address in angle brackets')
    .default('Shop <no-reply@shop.example>')
    .meta({ example: 'Shop <no-reply@shop.example>' }),
}

export type MailSettings = z.output<z.ZodObject<typeof mailSettings>>

/** For a service's settings: `.refine(oneMailWay.holds, oneMailWay.fault)`. */
export const oneMailWay = {
  holds: ({ SMTP_URL, MAIL_DIRECTORY }: Partial<MailSettings>): boolean =>
    SMTP_URL === undefined || MAIL_DIRECTORY === undefined,
  fault: {
    path: ['MAIL_DIRECTORY'],
    error: 'must not be given beside SMTP_URL',
    // Also beside other faults, so that all are named at once.
    when: () => true,
  },
}
