'use strict'
// Loaded into shopctl by NODE_OPTIONS, as a breakpoint: the process stops itself (SIGSTOP) right after it has written
// that one of the steps in SHOPCTL_E2E_STOP_AT begins. Most steps are over before a signal from outside could hit them.
const fs = require('node:fs')

const wanted = (process.env.SHOPCTL_E2E_STOP_AT ?? '').split(',').filter(Boolean)
const write = fs.writeSync

fs.writeSync = (file, text, ...rest) => {
  const written = write(file, text, ...rest)
  const step = /"type":"step\.started","step":"(\w+)"/.exec(String(text))?.[1]
  if (step !== undefined && wanted[0] === step) {
    wanted.shift()
    process.kill(process.pid, 'SIGSTOP')
  }
  return written
}
