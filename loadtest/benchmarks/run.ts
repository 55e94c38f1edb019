import { benchStartup } from './startup.ts'

/** `npm run bench NAME -- FLAGS`. Each benchmark prints its table; it writes a file only with --write. */
const benchmarks: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  startup: benchStartup,
}

const [name = '', ...words] = process.argv.slice(2)
const bench = benchmarks[name]
if (bench === undefined) {
  process.stderr.write(`There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}.\n`)
  process.exitCode = 64
} else {
  await bench(words)
}
