'use strict'
// Required before a program, it appends what that loaded of cdktf, its bindings and Grafana's SDK to the file in TRACE_FILE.
const fs = require('node:fs')

process.once('exit', () => {
  const loaded = Object.keys(require.cache).filter((file) =>
    /\/node_modules\/(@?cdktf|cdktn|constructs|@grafana)\//.test(file),
  )
  fs.appendFileSync(process.env.TRACE_FILE, `${JSON.stringify(loaded)}\n`)
})
