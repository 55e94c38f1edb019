import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsedJson } from '../tools/parsed-json.ts'
import { parseRunReport } from './run-reports.ts'

/** What commands and tests have left in a folder, by file name, the oldest first; nothing where there is no folder. */
export async function readReports(folder: string) {
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map(async (name) => ({
        name: name.slice(0, -'.json'.length),
        text: await readFile(join(folder, name), 'utf8'),
      })),
  )
  const reports = texts.flatMap(({ text }) => parseRunReport(text) ?? [])
  const tests = texts.flatMap(({ name, text }) => {
    const json = parsedJson(text)
    return json === null ? [] : [{ name, json: json.value }]
  })
  return { reports, tests }
}
