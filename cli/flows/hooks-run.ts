import { quoteWord } from '../errors/quote-word.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { checkStyle } from '../hooks/check-style.ts'
import { type Finding, findSecrets } from '../hooks/find-secrets.ts'
import { readStaged } from '../hooks/read-staged.ts'
import { runTool } from '../tools/run-tool.ts'
import { gitOf, type HooksRequest } from './hooks.ts'

export type CommitVerdict = { readonly files: number; readonly milliseconds: number }

const shownFindings = 20

const lineOf = ({ path, line, rule, message }: Finding): string =>
  `${path}${line === null ? '' : `:${line}`} ${rule}: ${message}`

const pathsOf = (findings: readonly Finding[]): string => {
  const paths = [...new Set(findings.map(({ path }) => path))]
  return paths.map((path) => quoteWord(path.startsWith('-') ? `./${path}` : path)).join(' ')
}

const counted = (count: number, noun: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`]

type Found = { readonly secrets: readonly Finding[]; readonly style: readonly Finding[] }

/** What to type so that the same commit can be tried again. */
const remedies = ({ secrets, style }: Found): readonly string[] => {
  const mended = style.length === 0 ? [] : [`npx biome check --write ${pathsOf(style)}`, `git add ${pathsOf(style)}`]
  return secrets.length === 0 ? mended : [`git restore --staged ${pathsOf(secrets)}`, ...mended]
}

const refused = (found: Found): ShopctlError => {
  const { secrets, style } = found
  const all = [...secrets, ...style]
  const what = [...counted(secrets.length, 'secret'), ...counted(style.length, 'fault of format or lint')].join(', ')
  const more = all.length - shownFindings
  const isNone = 'where a line is no secret, it says so itself: shopctl:allow-secret and the reason, in a comment'
  return new ShopctlError({
    code: 'COMMIT_REFUSED',
    outcome: 'check-failed',
    what: `What is staged was not committed: ${what}.`,
    why: [
      ...all.slice(0, shownFindings).map(lineOf),
      ...(more > 0 ? [`and ${more} more`] : []),
      ...(secrets.length > 0 ? [isNone] : []),
    ],
    fix: remedies(found),
  })
}

/** Looks at what the next commit would hold. Throws COMMIT_REFUSED (check-failed) where it must not. */
export const preCommit = async (request: HooksRequest): Promise<CommitVerdict> => {
  const { repository: directory, signal } = request
  const started = performance.now()
  const git = gitOf(request)
  const [{ files, added }, prefix] = await Promise.all([
    readStaged(git, directory),
    git(['rev-parse', '--show-prefix']).then((text) => text.trimEnd()),
  ])
  const secrets = findSecrets(added)
  const texts = files.filter(({ kind }) => kind === 'file').map(({ path }) => path)
  const style = await checkStyle(texts, { git, directory, prefix, run: runTool, signal })
  if (secrets.length + style.length > 0) throw refused({ secrets, style })
  return { files: files.length, milliseconds: Math.round(performance.now() - started) }
}
