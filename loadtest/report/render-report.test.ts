import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { resultOf } from '../engine/testing/results.ts'
import type { KeptRun } from './kept-run.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderReport } from './render-report.ts'
import { smallOpenRun, smallRun } from './testing/small-run.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', name)

test('a small closed run as a page, and as a summary for a pull request', async () => {
  await expect(renderReport(smallRun())).toMatchFileSnapshot(golden('closed.html'))
  await expect(renderMarkdown(smallRun())).toMatchFileSnapshot(golden('closed.md'))
})

test('a small open run as a page, and as a summary for a pull request', async () => {
  await expect(renderReport(smallOpenRun())).toMatchFileSnapshot(golden('open.html'))
  await expect(renderMarkdown(smallOpenRun())).toMatchFileSnapshot(golden('open.md'))
})

it('loads nothing and runs nothing', () => {
  for (const page of [renderReport(smallRun()), renderReport(smallOpenRun())]) {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<image|\bon[a-z]+=|url\(|@import|xlink|\bhref=|\bsrc=/i)
    expect(page.match(/https?:\/\/[^\s<"]*/g)).toEqual(['http://shop'])
  }
})

it('a run of which nobody told anything has a report too', () => {
  const run = smallRun()
  const empty = { ...run, release: null, result: resultOf(run.result.profile, []), judgements: [] }
  expect(renderReport(empty)).toContain('There is nothing to plot')
  expect(renderReport(empty)).toContain('Invalid: no request ended.')
  expect(renderMarkdown(empty)).toContain('**Invalid: no request ended.**')
})

describe('what others wrote', () => {
  const attack = `</title></style><script>alert(1)</script>" onload='x' | [a](http://evil.example) @all \u0000\u202e \ud800 *b*`
  const withWords = (run: KeptRun): KeptRun => {
    const text = JSON.stringify({ ...run, environment: 'PLACE' })
    const escaped = JSON.stringify(attack).slice(1, -1)
    return JSON.parse(
      text
        .replaceAll('PLACE', escaped)
        .replaceAll('GET /products', escaped)
        .replaceAll('visitor', escaped)
        .replaceAll('tiny', escaped)
        .replaceAll('status 503', escaped)
        .replaceAll('http://shop', escaped)
        .replaceAll('3f85eb3', escaped),
    )
  }

  it('is text wherever it stands in the page', () => {
    const page = renderReport(withWords(smallRun()))
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39;')
    expect(page).not.toContain('<script')
    expect(page).not.toContain(`onload='x'`)
    expect(page.isWellFormed()).toBe(true)
    expect(page).not.toMatch(/[\0\u202e]/)
    expect(page.match(/<title>/g)?.length).toBe(renderReport(smallRun()).match(/<title>/g)?.length)
  })

  it('makes no tag, no link, no cell and no mention in Markdown', () => {
    const [plain, text] = [renderMarkdown(smallRun()), renderMarkdown(withWords(smallRun()))]
    expect(text).not.toMatch(/<script|[^\\]\]\(http|@all|[^\\]\*b|\u202e/)
    const cells = (markdown: string) => markdown.split('\n').map((line) => line.match(/(?<!\\)\|/g)?.length ?? 0)
    expect(cells(text)).toEqual(cells(plain))
  })
})
