import { z } from 'zod'
import { accessToken } from '../kit/authentication.ts'
import { commonSettings } from '../kit/settings.ts'
import { signingKeysSchema } from './signing-keys.ts'

const demoPassword = z.string().min(8).optional().meta({ example: 'a long sentence' })

export const usersSettings = z
  .object({
    ...commonSettings,
    JWT_PRIVATE_KEYS: signingKeysSchema.meta({ example: '[{"kty":"EC","crv":"P-256","kid":"2026-11",…}]' }),
    TOKEN_ISSUER: z.string().min(1).default(accessToken.issuer).meta({ example: accessToken.issuer }),
    AUTH_UNVERIFIED_LOGIN: z.enum(['allow', 'deny']).default('deny').meta({ example: 'deny' }),
    SEED_CUSTOMER_PASSWORD: demoPassword,
    SEED_ADMIN_PASSWORD: demoPassword,
  })
  .refine(({ SHOP_ENV, AUTH_UNVERIFIED_LOGIN }) => SHOP_ENV !== 'prod' || AUTH_UNVERIFIED_LOGIN !== 'allow', {
    path: ['AUTH_UNVERIFIED_LOGIN'],
    error: 'must not be allow where SHOP_ENV is prod',
    // Also beside other faults, so that all are named at once.
    when: () => true,
  })

export type UsersSettings = z.output<typeof usersSettings>
