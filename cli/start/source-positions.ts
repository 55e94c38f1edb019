import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repositoryRoot } from '../repository-root.ts'

const frame = /((?:file:\/\/)?\/[^\s()]+\/main\.cjs):(\d+):(\d+)/g

const parsePayload = (text: string): SourceMapPayload => JSON.parse(text)

const readMap = (file: string): SourceMap | null => {
  try {
    return new SourceMap(parsePayload(readFileSync(`${file}.map`, 'utf8')))
  } catch {
    return null
  }
}

/** A stack whose places in the bundle are places in the sources. Read only when there is a stack to show. */
export const withSourcePositions = (stack: string): string =>
  stack.replace(frame, (place, url: string, line: string, column: string) => {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url
    const entry = readMap(file)?.findEntry(Number(line) - 1, Number(column) - 1)
    if (entry === undefined || !('originalSource' in entry)) return place
    const source = relative(repositoryRoot, resolve(dirname(file), entry.originalSource))
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  })
