import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gatherEvidence } from './gather-evidence.ts'
import { renderMarkdown } from './render-markdown.ts'
import { renderPage } from './render-page.ts'
import { renderSlack } from './render-slack.ts'
import { failedRun, vitestJson } from './testing/reports.ts'

const commit = { sha: 'a1b2c3d4e5f6a7b8', subject: 'Sell <b>gloves</b> | @everyone', author: 'Kim & Co' }
const evidence = gatherEvidence({
  build: { name: 'shop/main #42', url: 'https://jenkins.example/42/', trigger: 'branch main', who: 'kim' },
  commit: { ...commit, dirty: false },
  changes: { since: 'v1.3.0', commits: [commit] },
  reports: failedRun,
  tests: [{ name: 'unit', json: vitestJson(['passed', 'failed', 'pending']) }],
  outcome: null,
})

const golden = (name: string): string => join(import.meta.dirname, 'golden', name)

test('the page, the comment and the message are these', async () => {
  await expect(renderPage(evidence)).toMatchFileSnapshot(golden('index.html'))
  await expect(renderMarkdown(evidence)).toMatchFileSnapshot(golden('summary.md'))
  await expect(`${JSON.stringify(renderSlack(evidence), null, 2)}\n`).toMatchFileSnapshot(golden('slack.json'))
})

test('what others wrote is no markup in any of them', () => {
  const page = renderPage(evidence)
  expect(page).not.toContain('<script>')
  expect(page).not.toContain('<b>')
  const comment = renderMarkdown(evidence)
  expect(comment).not.toContain('@everyone')
  expect(comment).not.toMatch(/^.*(?<!\\)<b>/m)
  const message = JSON.stringify(renderSlack(evidence))
  expect(message).not.toContain('<b>')
  expect(message).toContain('&lt;b&gt;')
})

test('the page loads nothing', () => {
  expect(renderPage(evidence)).not.toMatch(/<(script|link|img|iframe)|src=|@import|url\(/)
})

test('an address that is none of the web is no link', () => {
  const build = { ...evidence.build, url: 'javascript:alert(1)' }
  expect(renderPage({ ...evidence, build })).not.toContain('href=')
})

test('a message calls nobody, and its code ends where it ends', () => {
  const sentence = '<!channel> it broke'
  const failure = { code: 'X', typed: 'x', what: 'x', why: ['```', 'y'.repeat(5_000)], fix: [] }
  const { text, blocks } = renderSlack({ ...evidence, sentence, failure })
  expect(text).not.toContain('<!channel>')
  expect(blocks[1]?.text.text).toMatch(/^```'''\s.*…```$/s)
})

test('a message stays within what Slack takes, whatever a failure says', () => {
  const failure = { code: 'X', typed: 'x', what: 'x', why: ['x'.repeat(10_000)], fix: [] }
  for (const { text } of renderSlack({ ...evidence, failure }).blocks)
    expect(text.text.length).toBeLessThanOrEqual(3_000)
})
