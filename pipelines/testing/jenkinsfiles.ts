import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..')

export const jenkinsfileNames = ['Jenkinsfile', 'nightly.Jenkinsfile', 'loadtest.Jenkinsfile'] as const

/** What is said, without what is said about it. */
export const readJenkinsfile = (name: (typeof jenkinsfileNames)[number]): string =>
  readFileSync(join(folder, name), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')

/** Every command, in the order of the file. */
export const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bsh '([^']*)'/g)].flatMap(([, command]) => command ?? [])
