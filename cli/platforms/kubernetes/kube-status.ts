import { z } from 'zod'

const cause = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  field: z.string().default(''),
})

const details = z.object({
  kind: z.string().default(''),
  name: z.string().default(''),
  causes: z.array(cause).default([]),
  retryAfterSeconds: z.number().optional(),
})

const schema = z.object({
  kind: z.literal('Status'),
  code: z.number().default(0),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: details.prefault({}),
})

/** How the API server says no. */
export type KubeStatus = z.infer<typeof schema>

/** What stands between us and the API server answers in other words, or none. */
const unworded = (code: number, body: string): KubeStatus => ({
  kind: 'Status',
  code,
  reason: '',
  message: body.trim().slice(0, 300) || `HTTP status ${code}`,
  details: { kind: '', name: '', causes: [] },
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const parseKubeStatus = (code: number, body: string): KubeStatus => {
  const { data } = schema.safeParse(parseJson(body))
  return data === undefined ? unworded(code, body) : { ...data, code }
}

/** The object of an ERROR event of a watch. */
export const kubeStatusOf = (object: unknown): KubeStatus =>
  schema.safeParse(object).data ?? unworded(500, 'an ERROR event without a status')
