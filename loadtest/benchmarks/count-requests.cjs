'use strict'
// Loaded into shopctl by NODE_OPTIONS: counts its requests to one host from outside of its own code, and writes the
// number down when the process ends.
const { subscribe } = require('node:diagnostics_channel')
const fs = require('node:fs')

const { SHOPCTL_BENCH_HOST: host, SHOPCTL_BENCH_COUNT: file } = process.env
let count = 0

subscribe('http.client.request.start', ({ request }) => {
  if (request.getHeader('host') === host) count += 1
})
process.on('exit', () => {
  if (file !== undefined) fs.appendFileSync(file, `${count}\n`)
})
