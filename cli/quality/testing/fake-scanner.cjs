#!/usr/bin/env node
/**
 * Stands in for SonarScanner CLI: keeps what it was called with, writes report-task.txt as the scanner's documentation
 * shows it, and says what SonarScanner says. SHOPCTL_FAKE_SCANNER names the way it goes: well, unauthorised, silent.
 */
const { appendFileSync, existsSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const { SONAR_HOST_URL: url, SONAR_TOKEN: token, SHOPCTL_FAKE_SCANNER: way = 'well' } = process.env
const settings = Object.fromEntries(
  process.argv.slice(2).map((word) => {
    const [, name, value] = /^-D([^=]+)=(.*)$/s.exec(word) ?? []
    if (name === undefined) throw new Error(`SonarScanner knows no argument "${word}"`)
    return [name, value]
  }),
)
appendFileSync(join(__dirname, 'scanner-calls.jsonl'), `${JSON.stringify({ settings, cwd: process.cwd(), url })}\n`)

for (const folder of settings['sonar.sources'].split(',')) {
  if (!existsSync(folder)) fail(`The folder '${folder}' does not exist for 'shop' (base directory = ${process.cwd()})`)
}
if (way === 'unauthorised') {
  fail(`Error during SonarScanner Engine execution: GET ${url}/api/v2/analysis/version failed with HTTP 401`)
}
if (way === 'well') {
  const lines = [
    `projectKey=${settings['sonar.projectKey']}`,
    `serverUrl=${url}`,
    'serverVersion=2025.1.0.102418',
    `dashboardUrl=${url}/dashboard?id=${settings['sonar.projectKey']}`,
    'ceTaskId=AYhSC2-LY0CHkWJxvNA9',
    `ceTaskUrl=${url}/api/ce/task?id=AYhSC2-LY0CHkWJxvNA9`,
  ]
  writeFileSync(settings['sonar.scanner.metadataFilePath'], `${lines.join('\n')}\n`)
}
process.stdout.write('22:31:46.000 INFO  EXECUTION SUCCESS\n')

function fail(message) {
  process.stdout.write('22:31:45.000 INFO  Scanner configuration file: NONE\n')
  // A careless scanner: nothing that it says may bring the token out.
  process.stderr.write(`22:31:46.000 ERROR ${message} (${token})\n22:31:46.000 INFO  EXECUTION FAILURE\n`)
  process.exit(2)
}
