import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

const topLevelRequire = /^const (\w+_\d+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gm

/** Each import becomes a function that loads at its first use; one that is used other than by its members stays as it is. */
export const withLazyRequires = (code: string): string => {
  const lazy = new Set<string>()
  const declared = code.replace(topLevelRequire, (line, name: string, load: string) => {
    const uses = code.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0
    const members = code.match(new RegExp(`\\b${name}\\.`, 'g'))?.length ?? 0
    if (uses !== members + 1) return line
    lazy.add(name)
    return `let ${name}$; const ${name} = () => ${name}$ ??= ${load};`
  })
  return [...lazy].reduce(
    (text, name) =>
      text
        .replace(new RegExp(`\\bnew ${name}\\.([\\w$.]+)`, 'g'), `new (${name}().$1)`)
        .replace(new RegExp(`\\b${name}\\.`, 'g'), `${name}().`),
    declared,
  )
}

/**
 * oclif loads all it could ever need at once, which took more than half of the time to start a command; most commands
 * use its parser and nothing else.
 */
export const lazyRequires: Plugin = {
  name: 'lazy-requires',
  setup(build) {
    build.onLoad({ filter: /node_modules\/@oclif\/core\/lib\/.*\.js$/ }, async ({ path }) => ({
      contents: withLazyRequires(await readFile(path, 'utf8')),
      loader: 'js',
    }))
  },
}
