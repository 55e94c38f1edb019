import { z } from 'zod'

const base = { schema: z.literal('shopctl.result/1'), command: z.string(), exitCode: z.int() }

/** The one document of `--json`, as scripts may rely on it; `result` is each command's own. */
export const resultSchema = z.discriminatedUnion('ok', [
  z.object({ ...base, ok: z.literal(true), result: z.json() }),
  z.object({
    ...base,
    ok: z.literal(false),
    error: z.object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) }),
  }),
])
