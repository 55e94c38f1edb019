import { setTimeout as sleep } from 'node:timers/promises'
import { createRedactor } from '../../tools/redact.ts'
import { createReporter } from '../create-reporter.ts'

/** A program that shows one flow as a command would. Argument: how it ends. */
const ending = process.argv[2]
const redactor = createRedactor()
redactor.register('canary-secret')
const reporter = await createReporter({
  ui: 'tty',
  mode: 'human',
  eventsTarget: null,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  redactor,
})

const titles = {
  plan: 'Plan',
  build: 'Bundle',
  gate: 'Watch until healthy',
  evidence: 'Keep the evidence',
  close: 'Close',
}
const steps = Object.entries(titles).map(([id, title]) => ({ id, title }))
const run = async (step: string, outcome: 'done' | 'failed' = 'done') => {
  reporter.emit({ type: 'step.started', step })
  reporter.emit({ type: 'step.progress', step, message: `doing ${step} with canary-secret for ${'long '.repeat(30)}` })
  await sleep(120)
  reporter.emit({ type: 'step.finished', step, outcome, milliseconds: 120 })
}

reporter.emit({ type: 'flow.started', flow: 'deploy', environment: 'local', steps })
await run('plan')
reporter.emit({ type: 'step.finished', step: 'build', outcome: 'skipped', milliseconds: 0, detail: 'nothing changed' })
reporter.emit({ type: 'warning', message: 'the clock jumped', fix: [`shopctl doctor ${'--long '.repeat(12)}`.trim()] })
if (ending === 'asks') {
  await reporter.pause()
  process.stdout.write('Go on? yes\n')
}
if (ending === 'is interrupted') {
  reporter.emit({ type: 'step.started', step: 'gate' })
  process.once('SIGINT', () => process.exit(130))
  await sleep(200)
  process.kill(process.pid, 'SIGINT')
  await sleep(10_000)
}
if (ending === 'takes a detour') await run('detour')
if (ending === 'fails') {
  await run('gate', 'failed')
  await run('evidence')
} else {
  await run('gate')
  await run('close')
}
await reporter.close()
process.stderr.write('THE FAILURE\n')
