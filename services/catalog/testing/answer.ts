import { z } from 'zod'

/** What the tests look at in any answer. */
const bodySchema = z.looseObject({
  id: z.string().default(''),
  code: z.string().default(''),
  state: z.string().default(''),
  re_held: z.boolean().default(false),
  version: z.number().default(0),
  next_cursor: z.string().nullable().default(null),
  data: z
    .array(z.looseObject({ id: z.string(), name: z.string().default(''), price: z.number().default(0) }))
    .default([]),
  items: z.array(z.unknown()).default([]),
  errors: z.array(z.looseObject({ pointer: z.string().optional(), parameter: z.string().optional() })).default([]),
})

export type Body = z.output<typeof bodySchema>
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Body }

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: bodySchema.parse(text === '' ? {} : JSON.parse(text)),
  }
}

export const countOf = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length

/** What is sent, apart from method and path. */
export type Sending = {
  /** A user id, `admin` or `service:` and its scopes by commas; nobody where it is left out. */
  readonly as?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Send = (method: string, path: string, more?: Sending) => Promise<Answer>

export function requestOf(method: string, { body, headers = {} }: Sending, authorization: string | undefined) {
  return {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
}

/** All at once: so many calls of `run` are made before the first answer is awaited. */
export const parallel = <Result>(count: number, run: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))
