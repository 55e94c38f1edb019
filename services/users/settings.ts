import { z } from 'zod'
import { accessToken } from '../kit/authentication.ts'
import { mailSettings, oneMailWay } from '../kit/mail/mail-settings.ts'
import { commonSettings, httpUrl } from '../kit/settings.ts'
import { serviceClientsSchema } from './service-clients.ts'
import { signingKeysSchema } from './signing-keys.ts'

const demoPassword = z.string().min(8).optional().meta({ example: 'a long sentence' })

export const usersSettings = z
  .object({
    ...commonSettings,
    JWT_PRIVATE_KEYS: signingKeysSchema.meta({ example: '[{"kty":"EC","crv":"P-256","kid":"2026-11",…}]' }),
    TOKEN_ISSUER: z.string().min(1).default(accessToken.issuer).meta({ example: accessToken.issuer }),
    AUTH_UNVERIFIED_LOGIN: z.enum(['allow', 'deny']).default('deny').meta({ example: 'deny' }),
    /** The key of the HMACs by which tokens are derived from ids. Another one ends what is on its way by mail. */
    TOKEN_KEY: z
      .string()
      .min(32, 'must have at least 32 characters')
      .meta({ example: 'at least 32 random characters' }),
    /** Who may have service tokens; their scopes are a table in service-clients.ts. */
    SERVICE_CLIENTS: serviceClientsSchema
      .prefault('[]')
      .meta({ example: '[{"id":"order-management","secret_sha256":"9f86d081…"}]' }),
    /** Where customers reach the shop; every link starts with it. */
    PUBLIC_BASE_URL: httpUrl.meta({ example: 'https://shop.example' }),
    ...mailSettings,
    SEED_CUSTOMER_PASSWORD: demoPassword,
    SEED_ADMIN_PASSWORD: demoPassword,
  })
  .refine(({ SHOP_ENV, AUTH_UNVERIFIED_LOGIN }) => SHOP_ENV !== 'prod' || AUTH_UNVERIFIED_LOGIN !== 'allow', {
    path: ['AUTH_UNVERIFIED_LOGIN'],
    error: 'must not be allow where SHOP_ENV is prod',
    // Also beside other faults, so that all are named at once.
    when: () => true,
  })
  .refine(({ SHOP_ENV, PUBLIC_BASE_URL }) => SHOP_ENV !== 'prod' || String(PUBLIC_BASE_URL).startsWith('https:'), {
    path: ['PUBLIC_BASE_URL'],
    error: 'must start with https:// where SHOP_ENV is prod',
    when: () => true,
  })
  .refine(oneMailWay.holds, oneMailWay.fault)

export type UsersSettings = z.output<typeof usersSettings>
