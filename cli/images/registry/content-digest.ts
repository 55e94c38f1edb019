import { digestSchema } from '../assemble/oci-schemas.ts'

/** What a registry says that it has stored; null where it says nothing, or in another algorithm. */
export const digestOfHeader = (headers: Headers): string | null => {
  const digest = digestSchema.safeParse(headers.get('docker-content-digest'))
  return digest.success ? digest.data : null
}
