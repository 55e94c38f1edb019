// For the benchmark alone, loaded with --require: a service whose counters, gauges and histograms do nothing.
const { createRequire } = require('node:module')
const prometheus = createRequire(__filename)('prom-client')

const nothing = () => nothing
for (const [kind, acts] of [
  ['Histogram', ['observe', 'startTimer', 'zero']],
  ['Counter', ['inc']],
  ['Gauge', ['inc', 'dec', 'set']],
]) {
  for (const act of acts) prometheus[kind].prototype[act] = nothing
}
prometheus.collectDefaultMetrics = nothing
