import { z } from 'zod'

const schema = z.object({
  projectKey: z.string().min(1),
  serverUrl: z.string().min(1),
  dashboardUrl: z.url(),
  ceTaskId: z.string().min(1),
})

/** Which analysis the scanner has sent, and where people look at it. */
export type ReportTask = z.infer<typeof schema>

/** The scanner's report-task.txt: `name=value` lines. Null where it is not one. */
export const parseReportTask = (text: string): ReportTask | null => {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  return schema.safeParse(Object.fromEntries(lines)).data ?? null
}
