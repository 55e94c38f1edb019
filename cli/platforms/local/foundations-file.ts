import { createHash } from 'node:crypto'
import { z } from 'zod'
import { newPassword, newSigningKeys, newToken } from '../new-secrets.ts'

/** What a release stands on, as the last `prepare` left it. Holds secrets: mode 0600, never printed. */
export const foundationsSchema = z.object({
  schema: z.literal('shopctl.local/foundations/1'),
  publicPort: z.int(),
  internalPorts: z.record(z.string(), z.int()),
  controlPort: z.int(),
  controlToken: z.string(),
  databases: z.record(z.string(), z.object({ url: z.string(), migrationUrl: z.string() })),
  redisUrl: z.string().nullable(),
  /** `namedServers` of the command that prepared. */
  namedServers: z.string().default(''),
  cursorKey: z.string(),
  /** What the services' words for each other are derived from; files from before it was needed have none. */
  servicesRoot: z.string().optional(),
  /** Private keys as a JSON array of JWKs; the first signs. */
  signingKeys: z.string(),
  demo: z.object({ customerPassword: z.string(), adminPassword: z.string() }),
})

export type Foundations = z.infer<typeof foundationsSchema>

/** Which database and Redis a person names by variables; a digest, because the addresses hold passwords. */
export const namedServers = ({ DATABASE_URL = '', REDIS_URL = '' }: NodeJS.ProcessEnv): string =>
  createHash('sha256')
    .update(JSON.stringify([DATABASE_URL, REDIS_URL]))
    .digest('hex')

/** Secrets that are made once and then stay, so that settings stay the same from deploy to deploy. */
export const newSecrets = (): Pick<
  Foundations,
  'controlToken' | 'cursorKey' | 'servicesRoot' | 'signingKeys' | 'demo'
> => ({
  controlToken: newToken(),
  cursorKey: newToken(32),
  servicesRoot: newToken(32),
  signingKeys: newSigningKeys(),
  demo: { customerPassword: newPassword(), adminPassword: newPassword() },
})

/** The root of what the services share; where there is none yet, of what only the edge and the command line know. */
export const servicesRootOf = ({ servicesRoot, controlToken }: Foundations): string => servicesRoot ?? controlToken
