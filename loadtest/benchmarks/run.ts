import { benchDeployLocal } from './deploy-local.ts'
import { benchInfraPlan } from './infra-plan.ts'
import { benchLoad } from './load.ts'
import { benchNewcomer } from './newcomer.ts'
import { benchOrders } from './orders.ts'
import { benchRollout } from './rollout.ts'
import { benchServices } from './services.ts'
import { benchStartup } from './startup.ts'
import { benchSynth } from './synth.ts'

/** `npm run bench NAME -- FLAGS`. Each benchmark prints its table; it writes a file only with --write. */
const benchmarks: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  startup: benchStartup,
  'deploy-local': benchDeployLocal,
  load: benchLoad,
  newcomer: benchNewcomer,
  orders: benchOrders,
  rollout: benchRollout,
  services: benchServices,
  async synth(words) {
    await benchSynth(words)
    await benchInfraPlan(words)
  },
}

const [name = '', ...words] = process.argv.slice(2)
const bench = benchmarks[name]
if (bench === undefined) {
  process.stderr.write(`There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}.\n`)
  process.exitCode = 64
} else {
  await bench(words)
}
