import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

export type CountRequest = {
  /** The API server, as its address says. */
  readonly server: string
  /** Where the program writes its numbers, one for each of its processes. */
  readonly file: string
}

/** What makes a Node program count its requests to the API server. */
export const countingVariables = ({ server, file }: CountRequest): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require "${join(import.meta.dirname, 'count-requests.cjs')}"`,
  SHOPCTL_BENCH_HOST: new URL(server).host,
  SHOPCTL_BENCH_COUNT: file,
})

/** The number that was counted, which is then forgotten. */
export const takeCount = async (file: string): Promise<number> => {
  const text = await readFile(file, 'utf8')
  await rm(file)
  return text
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line), 0)
}

/** What makes kubectl and helm say each request on a line of its own. */
export const sayRequests = ['-v=6'] as const

/** Requests in what they said: one line for each answer. */
export const countSaid = (said: string): number =>
  said.split('\n').filter((line) => /\b(GET|POST|PUT|PATCH|DELETE)"? (url="?)?https?:\/\//.test(line)).length
