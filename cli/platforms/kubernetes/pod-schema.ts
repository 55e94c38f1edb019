import { z } from 'zod'
import { conditions } from './conditions.ts'

const end = z.object({
  exitCode: z.number(),
  signal: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
})

const state = z.object({
  waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  running: z.object({ startedAt: z.string().nullish() }).optional(),
  terminated: end.optional(),
})

const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.number(),
  state: state.default({}),
  lastState: state.default({}),
})

const reference = z.object({ name: z.string().default(''), optional: z.boolean().default(false) })
const keyReference = reference.extend({ key: z.string() })

const container = z.object({
  name: z.string(),
  image: z.string().default(''),
  env: z
    .array(
      z.object({
        valueFrom: z
          .object({ configMapKeyRef: keyReference.optional(), secretKeyRef: keyReference.optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.object({ configMapRef: reference.optional(), secretRef: reference.optional() })).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  readinessProbe: z
    .object({
      httpGet: z.object({ path: z.string().default('/'), port: z.union([z.string(), z.number()]) }).optional(),
    })
    .optional(),
  resources: z.object({ limits: z.record(z.string(), z.unknown()).default({}) }).default({ limits: {} }),
})

const volume = z.object({
  secret: z.object({ secretName: z.string().default(''), optional: z.boolean().default(false) }).optional(),
  configMap: reference.optional(),
})

const owner = z.object({ kind: z.string(), name: z.string(), controller: z.boolean().default(false) })

/** What is read of a pod; everything else is dropped, so that a watch over hundreds of them stays small. */
export const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().nullish(),
    finalizers: z.array(z.string()).default([]),
    ownerReferences: z.array(owner).default([]),
  }),
  spec: z.object({
    nodeName: z.string().default(''),
    containers: z.array(container),
    initContainers: z.array(container).default([]),
    volumes: z.array(volume).default([]),
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions,
      containerStatuses: z.array(containerStatus).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
    })
    .default({ phase: 'Pending', conditions: [], containerStatuses: [], initContainerStatuses: [] }),
})

export type ParsedPod = z.infer<typeof podSchema>
export type ParsedContainer = z.infer<typeof container>
export type ParsedContainerStatus = z.infer<typeof containerStatus>
export type ContainerEnd = z.infer<typeof end>
