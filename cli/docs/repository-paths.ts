import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What is not of the repository: installed, made by a run, or git's own. */
const elsewhere: ReadonlySet<string> = new Set(['.git', 'node_modules', '.shopctl', 'reports'])

/** Every file below a folder, and every folder with a slash at its end, from there on and sorted. */
export const repositoryPaths = (root: string, below = ''): readonly string[] =>
  readdirSync(join(root, below), { withFileTypes: true })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      if (elsewhere.has(entry.name)) return []
      const path = `${below}${entry.name}`
      return entry.isDirectory() ? [`${path}/`, ...repositoryPaths(root, `${path}/`)] : [path]
    })
