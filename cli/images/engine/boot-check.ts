import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Container } from 'dockerode'
import { z } from 'zod'
import { interruption } from '../../errors/interruption.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { lastWords } from '../../tools/last-words.ts'
import { imageUser } from '../assemble/image-config.ts'
import { type BootObservation, bootVerdict } from './boot-verdict.ts'
import { execExitCode } from './exec-end.ts'
import { loadImage } from './load-image.ts'
import { engineFailed, type LocalEngine } from './local-engine.ts'

export type BootRequest = {
  readonly service: string
  readonly layoutDirectory: string
  /** Where a service that needs no settings answers, for example port 8080 and `/health`; null where none does. */
  readonly health: { readonly port: number; readonly path: string } | null
  /** How long it may take to end or to answer. */
  readonly timeoutSeconds: number
}

type Boot = { readonly request: BootRequest; readonly signal: AbortSignal }

export type BootResult =
  | { readonly checked: true; readonly milliseconds: number }
  /** Why nothing was started: no engine, or one of another architecture. */
  | { readonly checked: false; readonly reason: string }

const doesNotBoot = (
  { service, layoutDirectory }: BootRequest,
  { reason, log }: { readonly reason: string; readonly log: readonly string[] },
): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_DOES_NOT_BOOT',
    outcome: 'refused',
    what: `The image of ${service} does not come up, so it is not shipped; nothing was changed for users.`,
    why: [reason, ...lastWords(log)],
    fix: [`ls ${quoteWord(layoutDirectory)}`],
  })

/** As a cluster with the strictest rules would start it, and without any network. */
const containerOf = (image: string) => ({
  Image: image,
  User: imageUser,
  NetworkDisabled: true,
  HostConfig: {
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': 'rw,nosuid,nodev,noexec,size=64m' },
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Memory: 512 * 1024 * 1024,
    PidsLimit: 256,
  },
})

const stateSchema = z.object({
  /** What the entrypoint starts: Node, wherever this base has it. */
  Path: z.string(),
  State: z.object({ Running: z.boolean(), ExitCode: z.number(), OOMKilled: z.boolean().optional() }),
})

const pollMilliseconds = 50

/** Frames of the engine's log: eight bytes, of which the last four are the length, then text. */
const unframe = (bytes: Buffer): string => {
  let text = ''
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4)
    text += bytes.subarray(at + 8, at + 8 + length).toString()
    at += 8 + length
  }
  return text
}

const readLog = async (container: Container): Promise<readonly string[]> => {
  const bytes = await container.logs({ follow: false, stdout: true, stderr: true, tail: 50 })
  return unframe(Buffer.from(bytes))
    .split('\n')
    .filter((line) => line.trim() !== '')
}

/** One that does not answer so soon is asked again. */
const questionSeconds = 5

type HealthQuestion = {
  readonly node: string
  readonly port: number
  readonly path: string
  readonly signal: AbortSignal
}

/** Asked from within, because there is no network. */
const answersHealth = async (container: Container, { node, port, path, signal }: HealthQuestion): Promise<boolean> => {
  const limit = `{signal:AbortSignal.timeout(${questionSeconds * 1000})}`
  const url = `'http://127.0.0.1:${port}${path}'`
  const script = `fetch(${url},${limit}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`
  const exec = await container.exec({
    Cmd: [node, '-e', script],
    AttachStdout: false,
    AttachStderr: false,
  })
  await exec.start({ Detach: true })
  // Node itself takes a moment to start beside the one that is asked.
  return (await execExitCode(exec, { deadlineSeconds: questionSeconds * 2, pollMilliseconds, signal })) === 0
}

const observe = async (container: Container, { request, signal }: Boot): Promise<BootObservation> => {
  const began = performance.now()
  for (;;) {
    const { State: state, Path: node } = stateSchema.parse(await container.inspect())
    if (!state.Running) {
      const outOfMemory = state.OOMKilled ?? false
      return { state: 'exited', exitCode: state.ExitCode, outOfMemory, log: await readLog(container) }
    }
    if (request.health !== null && (await answersHealth(container, { node, ...request.health, signal })))
      return { state: 'answers' }
    if (performance.now() - began > request.timeoutSeconds * 1000) {
      return { state: 'silent', seconds: request.timeoutSeconds, log: await readLog(container) }
    }
    await pause(pollMilliseconds, undefined, { signal }).catch(() => {
      throw interruption(signal, `starting the image of ${request.service} once`)
    })
  }
}

const startAndObserve = async (container: Container, run: Boot): Promise<BootObservation> => {
  const refusal = await container.start().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return refusal === null ? observe(container, run) : { state: 'not-started', words: refusal }
}

/** What cannot be taken away must not turn the verdict around. */
const discard = (thing: { remove(options: object): Promise<unknown> }): Promise<unknown> =>
  thing.remove({ force: true, v: true }).catch(() => undefined)

type Attempt = { readonly engine: LocalEngine; readonly run: Boot; readonly image: string }

/** Null where the image is for another architecture. */
const bootOnce = async ({ engine, run, image }: Attempt): Promise<'boots' | null> => {
  const { request, signal } = run
  const loaded = await loadImage(engine, { request: { ...request, names: [image] }, signal })
  if (loaded !== 'loaded') return null
  const container = await engine.docker.createContainer(containerOf(image))
  try {
    const observed = await startAndObserve(container, run)
    const verdict = bootVerdict(observed)
    if (verdict.boots) return 'boots'
    throw doesNotBoot(request, { reason: verdict.reason, log: 'log' in observed ? observed.log : [] })
  } finally {
    await discard(container)
  }
}

const triesAtMost = 3

/**
 * Another shopctl may load the same content, or take it away under its own name, in the moment in which it is started
 * here: then the engine knows of no image for an instant, and it is tried again. A verdict is never asked for twice.
 */
const boot = async (attempt: Attempt, triesLeft = triesAtMost): Promise<'boots' | null> => {
  try {
    return await bootOnce(attempt)
  } catch (error) {
    if (error instanceof ShopctlError) throw error
    if (triesLeft <= 1) throw engineFailed(`The Docker engine did not start ${attempt.run.request.service}`, error)
  } finally {
    await discard(attempt.engine.docker.getImage(attempt.image))
  }
  return boot(attempt, triesLeft - 1)
}

/**
 * Starts an image once on the local engine, with no network, a read-only root and as user 65532. Throws
 * IMAGE_DOES_NOT_BOOT (refused) with its last words, or ENGINE_FAILED. Leaves neither the container nor the image.
 */
export const checkBoot = async (engine: LocalEngine | { readonly none: string }, run: Boot): Promise<BootResult> => {
  if ('none' in engine) return { checked: false, reason: engine.none }
  const began = performance.now()
  const booted = await boot({ engine, run, image: `shopctl-boot-check:${randomUUID()}` })
  if (booted === null) {
    return { checked: false, reason: `the image is not for ${engine.architecture}, which this engine runs` }
  }
  return { checked: true, milliseconds: Math.round(performance.now() - began) }
}
