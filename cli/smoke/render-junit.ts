import type { ReportedFailure, SmokeReport } from './smoke-report.ts'

type Case = {
  readonly name: string
  readonly className: string
  readonly milliseconds: number
  readonly failure: ReportedFailure | null
  /** Why it was not tried; null where it was. */
  readonly skipped: string | null
}

type Suite = { readonly name: string; readonly milliseconds: number; readonly cases: readonly Case[] }

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot hold them, not even escaped
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** An attribute's own line breaks would be read as blanks. */
const inAttribute: Readonly<Record<string, string>> = { '\n': '&#10;', '\r': '&#13;', '\t': '&#9;' }

const text = (value: string): string =>
  value
    .toWellFormed()
    .replaceAll(notInXml, '')
    .replaceAll(/[&<>"]/g, (found) => entities[found] ?? found)

const attribute = (value: string): string => text(value).replaceAll(/[\n\r\t]/g, (found) => inAttribute[found] ?? found)

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

const body = ({ failure, skipped }: Case): string => {
  if (skipped !== null) return `\n      <skipped message="${attribute(skipped)}"/>\n    `
  if (failure === null) return ''
  const { what, requestId, fix } = failure
  const lines = [what, ...(requestId === null ? [] : [`Request: ${requestId}`]), ...fix.map((line) => `Fix: ${line}`)]
  return `\n      <failure type="smoke" message="${attribute(what)}">${text(lines.join('\n'))}</failure>\n    `
}

const caseElement = (one: Case): string => {
  const facts = `name="${attribute(one.name)}" classname="${attribute(one.className)}" time="${seconds(one.milliseconds)}"`
  const inner = body(one)
  return inner === '' ? `    <testcase ${facts}/>` : `    <testcase ${facts}>${inner}</testcase>`
}

const counts = (cases: readonly Case[]): string => {
  const failures = cases.filter(({ failure }) => failure !== null).length
  const skipped = cases.filter((one) => one.skipped !== null).length
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`
}

const suitesOf = (report: SmokeReport): readonly Suite[] => {
  const place = `smoke.${report.environment}`
  const checks = report.checks.map(({ name, service, milliseconds, failure }): Case => {
    return { name, className: `${place}.${service}`, milliseconds, failure, skipped: null }
  })
  const journeys = report.journeys.map((journey): Suite => {
    const className = `${place}.journeys.${journey.name.replaceAll('.', '')}`
    const why = journey.reason ?? 'a step before it failed'
    const steps = journey.steps.map(({ name, milliseconds, failure, result }): Case => {
      return { name, className, milliseconds, failure, skipped: result === 'skipped' ? why : null }
    })
    const left = journey.leftBehind.join('; ')
    const failure = left === '' ? null : { what: `left behind: ${left}`, requestId: null, fix: [] }
    const skipped = journey.result === 'skipped' ? why : null
    const tidied: Case = { name: 'everything is taken away again', className, milliseconds: 0, failure, skipped }
    return { name: journey.name, milliseconds: journey.milliseconds, cases: [...steps, tidied] }
  })
  const longest = Math.max(0, ...report.checks.map(({ milliseconds }) => milliseconds))
  return [{ name: `smoke checks of ${report.environment}`, milliseconds: longest, cases: checks }, ...journeys]
}

/** What Jenkins' `junit` step and its like read: one suite of checks, and one for each journey. */
export const renderJunit = (report: SmokeReport): string => {
  const suites = suitesOf(report)
  const all = suites.flatMap(({ cases }) => cases)
  const timestamp = report.startedAt.replace(/\.\d+Z$/, '')
  const elements = suites.map(
    ({ name, milliseconds, cases }) =>
      `  <testsuite name="${attribute(name)}" ${counts(cases)} time="${seconds(milliseconds)}" timestamp="${timestamp}">\n` +
      `${cases.map(caseElement).join('\n')}\n  </testsuite>`,
  )
  const head = `<testsuites name="shopctl smoke" ${counts(all)} time="${seconds(report.milliseconds)}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${elements.join('\n')}\n</testsuites>\n`
}
