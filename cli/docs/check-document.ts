import { posix } from 'node:path'
import type { CommandTable } from '../start/command-table.ts'
import { resolveCommandLine } from '../usage/resolve-command-line.ts'
import { codeLines, codeSpans, type Found, relativeLinks, upperCaseNames } from './markdown-words.ts'

export type CheckedDocument = { readonly path: string; readonly markdown: string }

/** What a document may speak of. */
export type Repository = {
  /** Every file from the root on, and every folder with a slash at its end. */
  readonly paths: ReadonlySet<string>
  readonly commands: CommandTable
  readonly scripts: ReadonlySet<string>
  /** Every NAME_LIKE_THIS in the sources. */
  readonly names: ReadonlySet<string>
}

const topFolders = 'bin|cli|services|stacks|manifests|pipelines|observability|loadtest'
const rooted = new RegExp(`^(${topFolders})/[\\w.*/-]*$`)
const fileName = /^[\w.*-][\w.*/-]*\.(ts|cjs|mjs|md|json|jsonl|ya?ml|sql|groovy)$/

/** What is made when a program runs, or only where somebody wants it, is in no repository. */
const madeElsewhere = /^(\.shopctl|reports|node_modules)\/|^\.trivyignore\.yaml$/

/** Variables of other programs. */
const namesElsewhere: ReadonlySet<string> = new Set(['NODE_USE_ENV_PROXY', 'CASC_JENKINS_CONFIG'])

const asPattern = (path: string): RegExp =>
  new RegExp(
    `(^|/)${path
      .replaceAll('.', '\\.')
      .replaceAll('**', '.+')
      .replaceAll(/(?<!\.)\*/g, '[^/]*')}/?$`,
  )

const isThere = (path: string, { paths }: Repository, from: string): boolean => {
  const near = posix.join(posix.dirname(from), path)
  if ([path, `${path}/`, near, `${near}/`].some((one) => paths.has(one))) return true
  const pattern = asPattern(path)
  return [...paths].some((one) => pattern.test(one))
}

/** `infra status|output` is two lines; `a | b` is a pipe. */
const alternatives = (line: string): readonly string[] => {
  const word = line.split(' ').find((one) => /^[\w-]+(\|[\w-]+)+$/.test(one))
  return word === undefined ? [line] : word.split('|').flatMap((one) => alternatives(line.replace(word, one)))
}

const shopctlLine = /^(?:\w+=\S+ )*(?<line>(?:\.\/)?(?:bin\/)?shopctl [a-z-].*)$/

const complaints = async (line: string, { commands }: Repository): Promise<readonly string[]> => {
  // What may be left out is checked too; an ellipsis stands for whatever else may be typed there.
  const whole = line.replaceAll(/[[\]]/g, '')
  const wanted = whole.includes('…') ? `${whole.slice(0, whole.indexOf('…')).trim()} --help` : whole
  const answers = await Promise.all(alternatives(wanted).map((one) => resolveCommandLine(one, commands)))
  return answers.flatMap((answer) => (answer.kind === 'wrong' ? [answer.why] : []))
}

const commandFaults = async ({ markdown }: CheckedDocument, repository: Repository): Promise<readonly Found[]> => {
  const toPaste = codeLines(markdown).map((one) => ({ ...one, whole: 'yes' as const }))
  const mentioned = codeSpans(markdown).map((one) => ({ ...one, whole: 'no' as const }))
  const faults = [...toPaste, ...mentioned].map(async ({ line, text, whole }) => {
    const typed = shopctlLine.exec(text)?.groups?.line
    if (typed === undefined) return []
    const all = await complaints(typed, repository)
    // In a sentence the environment is often left to the reader; a line that names one is there to be pasted.
    const wrong = whole === 'yes' || typed.includes(' --env ') ? all : all.filter((why) => !why.includes('Missing '))
    return wrong.map((why) => ({ line, text: `"${typed}": ${why}` }))
  })
  return (await Promise.all(faults)).flat()
}

const scriptFaults = ({ markdown }: CheckedDocument, { scripts }: Repository): readonly Found[] =>
  [...codeLines(markdown), ...codeSpans(markdown)].flatMap(({ line, text }) =>
    [...text.matchAll(/\bnpm run (?:-\S+ |--silent )*([\w:-]+)/g)].flatMap(([, name = '']) =>
      scripts.has(name) ? [] : [{ line, text: `package.json has no script "${name}"` }],
    ),
  )

const pathFaults = ({ path, markdown }: CheckedDocument, repository: Repository): readonly Found[] => {
  const links = relativeLinks(markdown).flatMap(({ line, text }) =>
    repository.paths.has(posix.join(posix.dirname(path), text)) ||
    repository.paths.has(`${posix.join(posix.dirname(path), text)}/`.replaceAll('//', '/'))
      ? []
      : [{ line, text: `the link leads nowhere: ${text}` }],
  )
  const spans = codeSpans(markdown).flatMap(({ line, text }) => {
    const isPath = (rooted.test(text) || fileName.test(text)) && !madeElsewhere.test(text)
    return !isPath || isThere(text, repository, path) ? [] : [{ line, text: `there is no ${text}` }]
  })
  return [...links, ...spans]
}

const nameFaults = ({ markdown }: CheckedDocument, { names }: Repository): readonly Found[] =>
  upperCaseNames(markdown).flatMap(({ line, text }) =>
    names.has(text) || namesElsewhere.has(text) ? [] : [{ line, text: `no source knows ${text}` }],
  )

/** What a document says that is not so: commands and flags, scripts, paths and links, names of variables and errors. */
export const documentFaults = async (document: CheckedDocument, repository: Repository): Promise<readonly string[]> => {
  const found = [
    ...(await commandFaults(document, repository)),
    ...scriptFaults(document, repository),
    ...pathFaults(document, repository),
    ...nameFaults(document, repository),
  ]
  return found
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, text }) => `${document.path}:${line} ${text}`)
}
