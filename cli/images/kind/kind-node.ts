import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { lastWords } from '../../tools/last-words.ts'
import { type ContainerAnswer, type ContainerCall, execInContainer } from '../engine/exec-in-container.ts'
import { engineFailed, type LocalEngine } from '../engine/local-engine.ts'

export type KindNode = {
  readonly name: string
  run(call: ContainerCall, signal: AbortSignal): Promise<ContainerAnswer>
}

/** What a shell and the engine answer where there is no such program. */
const programMissing: ReadonlySet<number> = new Set([126, 127])

export const nodeFailed = (node: string, words: readonly string[], answer: ContainerAnswer): ShopctlError => {
  const { exitCode, stdout, stderr } = answer
  const said = lastWords(`${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== ''))
  const missing = programMissing.has(exitCode)
  return new ShopctlError({
    code: missing ? 'NODE_NOT_KIND' : 'NODE_REFUSED_IMAGE',
    outcome: 'refused',
    what: missing
      ? `${node} has no ${words[0]}, so no image can be put into it; nothing was changed for users.`
      : `${words[0]} failed in ${node}; nothing was changed for users.`,
    why: [`${words.join(' ')} exited ${exitCode}`, ...said],
    fix: [
      missing ? `docker inspect ${quoteWord(node)}` : `docker exec ${quoteWord(node)} df -h /var/lib/containerd`,
      'export SHOPCTL_REGISTRY=localhost:5000',
    ],
  })
}

/** The node's container as something that programs are run in. Throws ENGINE_FAILED where the engine does not. */
export const openKindNode = (
  { docker }: LocalEngine,
  { id, name }: { readonly id: string; readonly name: string },
): KindNode => ({
  name,
  run: (call, signal) =>
    execInContainer(docker.getContainer(id), call, signal).catch((error: unknown) => {
      if (error instanceof ShopctlError) throw error
      throw engineFailed(`The Docker engine did not run ${call.words[0]} in ${name}`, error)
    }),
})

/** Standard output of a program that ended well. Throws NODE_NOT_KIND, NODE_REFUSED_IMAGE or ENGINE_FAILED (refused). */
export const askNode = async (node: KindNode, call: ContainerCall, signal: AbortSignal): Promise<string> => {
  const answer = await node.run(call, signal)
  if (answer.exitCode !== 0) throw nodeFailed(node.name, call.words, answer)
  return answer.stdout
}
