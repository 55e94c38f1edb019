import type { AddedLines } from './find-secrets.ts'

/** A file that a commit adds or changes, as `git diff --raw` tells of it. */
export type StagedFile = { readonly path: string; readonly kind: 'file' | 'other'; readonly status: 'A' | 'M' | 'T' }

/** `git diff --raw -z`: for each file its modes, ids and status, then its path as it is. */
export const parseRawDiff = (text: string): readonly StagedFile[] => {
  const words = text.split('\0')
  const files: StagedFile[] = []
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [, mode = '', status] = /^:\d+ (\d+) \S+ \S+ ([AMT])/.exec(words[index] ?? '') ?? []
    const path = words[index + 1]
    if (path === undefined || (status !== 'A' && status !== 'M' && status !== 'T')) continue
    // 120000 is a link, 160000 another repository's commit.
    files.push({ path, kind: mode.startsWith('100') ? 'file' : 'other', status })
  }
  return files
}

const addedLines = (section: string): AddedLines['lines'] => {
  const lines: { number: number; text: string }[] = []
  let number = 0
  let inHunk = false
  for (const line of section.split('\n')) {
    const hunk = /^@@ -\S+ \+(\d+)/.exec(line)
    if (hunk !== null) {
      number = Number(hunk[1])
      inHunk = true
    } else if (inHunk && line.startsWith('+')) {
      lines.push({ number, text: line.slice(1).replace(/\r$/, '') })
      number += 1
    }
  }
  return lines
}

/**
 * The lines that `git diff -U0` adds. Its sections come in the order of the raw list, by which they are matched: names
 * in a patch are quoted, cut at blanks and prefixed by rules of their own. A change of type is two sections.
 */
export const parseAddedLines = (patch: string, files: readonly StagedFile[]): readonly AddedLines[] => {
  const sections = patch.split(/^diff --git /m).slice(1)
  let next = 0
  return files.map(({ path, status }) => {
    const own = sections.slice(next, next + (status === 'T' ? 2 : 1))
    next += own.length
    return { path, lines: own.flatMap(addedLines) }
  })
}
