import { z } from 'zod'

/** Media types of the OCI image specification 1.1. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

/** What docker called the same things before; registries hold both. */
export const dockerMediaTypes = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')

export const platformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
})

export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
})

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptorSchema.extend({ platform: platformSchema.optional() })),
})

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  annotations: z.record(z.string(), z.string()).optional(),
})

const texts = z.array(z.string()).nullish()

export const configSchema = z.object({
  ...platformSchema.shape,
  created: z.string().optional(),
  config: z
    .object({
      User: z.string().optional(),
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      WorkingDir: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
      StopSignal: z.string().optional(),
    })
    .nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digestSchema) }),
  history: z.array(z.record(z.string(), z.unknown())).optional(),
})

export type ImageDescriptor = z.infer<typeof descriptorSchema>
export type ImageIndex = z.infer<typeof indexSchema>
export type ImageManifest = z.infer<typeof manifestSchema>
export type ImageConfig = z.infer<typeof configSchema>
export type ImagePlatform = z.infer<typeof platformSchema>
