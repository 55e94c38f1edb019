'use strict'
// Required before a program, it appends what that loaded of cdktf and its bindings to the file in TRACE_FILE.
const fs = require('node:fs')

process.once('exit', () => {
  const loaded = Object.keys(require.cache).filter((file) => /\/node_modules\/(@?cdktf|cdktn|constructs)\//.test(file))
  fs.appendFileSync(process.env.TRACE_FILE, `${JSON.stringify(loaded)}\n`)
})
