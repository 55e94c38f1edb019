import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { findProgram } from '../../cli/platforms/local/find-program.ts'
import { runTool } from '../../cli/tools/run-tool.ts'

/** What triggers a build, and what goes wrong in it. */
export type BuildRequest = {
  readonly file: string
  /** As Jenkins sets them: BRANCH_NAME always, CHANGE_ID for a pull request, TAG_NAME for a tag, parameters by name. */
  readonly env: Readonly<Record<string, string>>
  /** Commands that exit with another code than 0. */
  readonly fails?: readonly string[]
  /** Commands in which the build is aborted, by a person or a timeout. */
  readonly aborts?: readonly string[]
  /** Steps that keep a report and find the build UNSTABLE by what stands in it. */
  readonly unstable?: readonly ('junit' | 'recordIssues')[]
  readonly approval?: 'yes' | 'no' | 'timeout'
}

const eventSchema = z.object({
  word: z.string(),
  /** Names of the stages around it, the outermost first. */
  path: z.array(z.string()),
  /** `steps`, or `post:always` and its like. */
  during: z.string(),
  /** Labels of the agents that are held at that moment. */
  agents: z.array(z.string()),
  locks: z.array(z.string()),
  credentials: z.array(z.string()),
  /** The shortest timeout around it. */
  seconds: z.number().nullable(),
  facts: z.record(z.string(), z.unknown()),
})
const builtSchema = z.object({
  result: z.enum(['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']),
  options: z.record(z.string(), z.unknown()),
  crons: z.array(z.string()),
  trace: z.array(eventSchema),
})
const answersSchema = z.object({
  groovy: z.string(),
  builds: z.array(z.union([z.object({ mistake: z.string() }), builtSchema])),
})

export type PipelineEvent = z.infer<typeof eventSchema>
export type Build = z.infer<typeof builtSchema>

/** Null where there is one; a reason to skip where there is none. */
export const groovyMissing =
  (await findProgram('groovy', process.env.PATH)) === null ? 'skipped: no groovy (apt-get install groovy)' : null

/** Debian's groovy looks for Java in a place that only the package default-jre makes. */
const javaHome = async (): Promise<Record<string, string>> => {
  if (process.env.JAVA_HOME || existsSync('/usr/lib/jvm/default-java')) return {}
  const java = await findProgram('java', process.env.PATH)
  return java === null ? {} : { JAVA_HOME: dirname(dirname(realpathSync(java))) }
}

const repository = join(import.meta.dirname, '..', '..')

/** Evaluates builds in one start of Groovy. A file that Jenkins would not take is answered as a mistake. */
export const evaluatePipelines = async (requests: readonly BuildRequest[]) => {
  const input = requests.map((request) => ({ fails: [], aborts: [], unstable: [], approval: 'yes', ...request }))
  const folder = join('pipelines', 'testing')
  const ended = await runTool(
    {
      program: 'groovy',
      args: ['-cp', folder, join(folder, 'evaluate.groovy')],
      cwd: repository,
      env: await javaHome(),
      input: JSON.stringify(input),
      timeoutSeconds: 240,
    },
    new AbortController().signal,
  )
  if (ended.exitCode !== 0) throw new Error(`groovy exited ${ended.exitCode}:\n${ended.stderr}`)
  return answersSchema.parse(JSON.parse(ended.stdout))
}

/** The same for one file that Jenkins takes. */
export const evaluateBuild = async (request: BuildRequest): Promise<Build> => {
  const [build] = (await evaluatePipelines([request])).builds
  if (build === undefined || 'mistake' in build) throw new Error(build?.mistake ?? 'no answer')
  return build
}

/** The commands in the order in which they are run; of parallel branches one after the other. */
export const commandsOf = ({ trace }: Build): readonly string[] =>
  trace.flatMap(({ word, facts }) => (word === 'sh' ? [z.string().parse(facts.command)] : []))
