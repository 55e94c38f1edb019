import { z } from 'zod'
import { type environments, httpUrl } from '../settings.ts'

/** How texts are sent to telephones. */
export const smsSettings = {
  SMS_PROVIDER: z.enum(['none', 'log', 'http']).optional().meta({ example: 'http' }),
  SMS_HTTP_URL: httpUrl.optional().meta({ example: 'https://sms.example/v1/messages' }),
  SMS_HTTP_TOKEN: z.string().min(1).optional().meta({ example: 'what the gateway gave you' }),
}

export type SmsSettings = z.output<z.ZodObject<typeof smsSettings>>

type Given = Partial<SmsSettings> & { readonly SHOP_ENV?: (typeof environments)[number] }

// Also beside other faults, so that all are named at once.
const when = () => true

/** For a service's settings: `.refine(smsProviderNamed.holds, smsProviderNamed.fault)`. */
export const smsProviderNamed = {
  holds: ({ SHOP_ENV, SMS_PROVIDER }: Given): boolean =>
    SHOP_ENV !== 'prod' || SMS_PROVIDER === 'http' || SMS_PROVIDER === 'none',
  fault: { path: ['SMS_PROVIDER'], error: 'must be http or none where SHOP_ENV is prod', when },
}

/** For a service's settings, as the one before. */
export const smsGatewayKnown = {
  holds: ({ SMS_PROVIDER, SMS_HTTP_URL, SMS_HTTP_TOKEN }: Given): boolean =>
    SMS_PROVIDER !== 'http' || (SMS_HTTP_URL !== undefined && SMS_HTTP_TOKEN !== undefined),
  fault: {
    path: ['SMS_PROVIDER'],
    error: 'must have SMS_HTTP_URL and SMS_HTTP_TOKEN beside it where it is http',
    when,
  },
}
