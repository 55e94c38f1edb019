import { join } from 'node:path'
import { judge } from '../../../loadtest/engine/objectives/judgement.ts'
import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import type { LoggedIn, RunData } from '../../../loadtest/scenarios/shop-settings.ts'
import { createDirectory } from '../../platforms/create-directory.ts'
import type { FlowMeans } from '../means.ts'
import { beginFlow, type Say, type Steps } from '../steps.ts'
import { type ClaimedRun, claimRun } from './claim-run.ts'
import { type FoundShop, findShop } from './find-shop.ts'
import { interruptedRun } from './interrupted-run.ts'
import { filesOf, type KeptFiles, keepRun, verdictOf } from './keep-run.ts'
import type { OpenLoadFleet } from './load-fleet.ts'
import type { LoadPlan } from './load-plan.ts'
import { logInAll } from './log-in-all.ts'
import { removeMade } from './remove-made.ts'
import { keepNote, type MadeNote, runFileName } from './run-files.ts'
import { newRunWord } from './run-word.ts'
import { sendLoad } from './send-load.ts'
import { accountsFor, makeShopData } from './shop-data.ts'

export type LoadTestRequest = {
  readonly plan: LoadPlan
  /** Where results are kept, and notes of what is to be removed. */
  readonly directory: string
  /** A file in place of one in that folder. */
  readonly output: string | null
  readonly openFleet: OpenLoadFleet
  readonly keepSecret: (secret: string) => void
}

export type LoadTestResult = {
  readonly plan: LoadPlan
  readonly verdict: 'met' | 'missed' | 'unknown'
  readonly run: KeptRun
  readonly files: KeptFiles
}

/** Sends a load to the shop that users are on, judges what came of it, and leaves nothing behind but the result. */
export const runLoadTest = async (request: LoadTestRequest, means: FlowMeans): Promise<LoadTestResult> => {
  const { plan, directory, output } = request
  const files = filesOf(output ?? join(directory, `${runFileName(means.environment, means.now())}.json`))
  await createDirectory(directory, 'readable')
  const claim = await claimRun(directory, means)
  try {
    tellPlan(plan, means)
    const steps = beginFlow('loadtest run', means)
    const shop = await steps.ask('way', () => findShop(plan.making, means))
    try {
      const run = await sendAndRemove({ request, means, steps, shop, files, claim })
      if (means.interrupted.aborted) throw interruptedRun(means.interrupted, { run, files })
      return { plan, verdict: verdictOf(run), run, files }
    } finally {
      await shop.entry.close?.()
    }
  } finally {
    await claim.release()
  }
}

/** Before anything is sent: who waits for half an hour shall know what it can show. */
const tellPlan = ({ profile, ceiling, outOfReach }: LoadPlan, { reporter }: FlowMeans): void => {
  const most = Math.floor(ceiling.requestsPerSecond)
  const message = `${profile.name} sends at most ${most} requests a second: ${ceiling.because}.`
  reporter.emit({ type: 'notice', message })
  for (const { sentence, profileThatWouldDo } of outOfReach) {
    const hint = profileThatWouldDo === null ? '' : `; the profile ${profileThatWouldDo} asks for it`
    reporter.emit({ type: 'notice', message: `Not judged: ${sentence}${hint}.` })
  }
}

type Sending = {
  readonly request: LoadTestRequest
  readonly means: FlowMeans
  readonly steps: Steps
  readonly shop: FoundShop
  readonly files: KeptFiles
  readonly claim: ClaimedRun
}

const sendAndRemove = async (sending: Sending): Promise<KeptRun> => {
  const { request, means, steps, shop, claim } = sending
  const { directory } = request
  // What is kept and what is removed is so after an interrupt as well.
  const wayBack = steps.withSignal(means.abandoned)
  if (request.plan.making === 'only looks') {
    steps.skip('make-data', 'customers only look')
    const run = await sendAndKeep(sending, { data: null, wayBack })
    wayBack.skip('remove-data', 'nothing was made')
    return run
  }
  let logins: readonly LoggedIn[] = []
  const remove = (note: MadeNote, say: Say) => removeMade({ note, logins, shop, say, directory }, means)
  const notes: MadeNote[] = [...claim.leftBehind]
  try {
    const data = await steps.run('make-data', async (say) => {
      for (const note of notes.splice(0)) await remove(note, say)
      return makeData(sending, { say, noted: (note) => notes.splice(0, notes.length, note) })
    })
    logins = data.accounts
    return await sendAndKeep(sending, { data, wayBack })
  } finally {
    await wayBack.run('remove-data', async (say) => {
      for (const note of notes.splice(0)) await remove(note, say)
    })
  }
}

type Noting = { readonly say: Say; noted(note: MadeNote): void }

const makeData = async ({ request, means, shop, claim }: Sending, { say, noted }: Noting): Promise<RunData> => {
  const { environment, platform, interrupted: signal } = means
  const { plan, directory, keepSecret } = request
  const word = await newRunWord()
  keepSecret(word.password)
  const { run } = claim.note
  const note = async (accounts: readonly string[]) => {
    const made = { ...claim.note, password: word.password, accounts: [...accounts] }
    await keepNote(directory, made)
    noted(made)
  }
  await note([])
  const accounts = accountsFor(plan.profile)
  say(`${accounts} accounts`)
  const place = { platform, release: shop.release }
  const made = await makeShopData(place, { run, word, accounts, signal })
  await note(plan.scenarios.includes('orders') ? made.accounts : [])
  const { password } = word
  const customers = { accounts: made.accounts, password, environment }
  const logins = await logInAll({ entry: shop.entry, limitKey: shop.limitKey, signal }, customers)
  for (const { token } of logins) keepSecret(token)
  return { run, password, accounts: [...logins], products: made.products }
}

type Keeping = { readonly data: RunData | null; readonly wayBack: Steps }

const sendAndKeep = async (sending: Sending, { data, wayBack }: Keeping): Promise<KeptRun> => {
  const { request, means, steps, shop, files } = sending
  const { objectives, scenarios, profile } = request.plan
  const { platform, interrupted: signal } = means
  const settings = { scenarios: [...scenarios], headers: { ...shop.entry.headers }, limitKey: shop.limitKey, data }
  const sent = await steps.run('send-load', (say) => {
    const target = new URL(shop.entry.url).origin
    const order = { target, profile, settings, release: shop.release, platform, say, signal }
    return sendLoad({ order, openFleet: request.openFleet }, means)
  })
  const { result } = sent
  const keep = async (say: Say): Promise<KeptRun> => {
    const { number, commit } = shop.release
    const release = { number, commit: commit?.sha ?? null }
    const judgements = [...judge(objectives, result)]
    const run: KeptRun = { version: 1, environment: means.environment, release, result, judgements }
    await keepRun(files, run)
    say('it is kept; who sent the load is taken away')
    await sent.closed
    return run
  }
  try {
    return await wayBack.run('keep-result', keep)
  } finally {
    await sent.closed
  }
}
