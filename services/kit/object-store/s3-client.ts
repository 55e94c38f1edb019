import { homedir } from 'node:os'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { ObjectStoreFault } from './object-store.ts'

export type OpenS3 = { readonly library: typeof import('@aws-sdk/client-s3'); readonly client: S3Client }

/** A tenth of a second and more of code, which a process pays that comes here. */
export async function openS3(config: S3ClientConfig): Promise<OpenS3> {
  giveHome()
  const library = await import('@aws-sdk/client-s3')
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000 }
  return { library, client: new library.S3Client({ maxAttempts: 2, requestHandler, ...config }) }
}

/** The SDK looks for its files in the home directory, and gives up where the user of the process has none. */
function giveHome(): void {
  try {
    homedir()
  } catch {
    process.env.HOME = '/'
  }
}

/** To be thrown in place of what the SDK says: the same sentence whatever happened, with what happened as its cause. */
export const s3Fault =
  (what: string) =>
  (error: unknown): never => {
    throw new ObjectStoreFault(`S3 ${what} (${nameOf(error)})`, { cause: error })
  }

export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('$metadata' in error)) return null
  const { $metadata: metadata } = error
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null
}

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')
