'use strict'
// Node's own compile cache keeps only what was compiled before a file ran, and in a bundle nearly everything is compiled
// while it runs. So the code is kept as it is when a command ends, for each command by itself.
const fs = require('node:fs')
const { createRequire, wrap } = require('node:module')
const path = require('node:path')
const vm = require('node:vm')

const readCode = (file) => {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined
  }
}

const writeCode = (file, script) => {
  const temporary = `${file}.${process.pid}`
  try {
    fs.writeFileSync(temporary, script.createCachedData())
    fs.renameSync(temporary, file)
  } catch {
    // The next start compiles again.
    fs.rmSync(temporary, { force: true })
  }
}

/** Runs the bundle in `directory` as Node would, and answers what it exports. */
const loadBundle = (directory, words) => {
  const filename = path.join(directory, 'main.cjs')
  const [name = ''] = words
  const code = path.join(directory, `${name}.code`)
  const cachedData = /^[a-z-]+$/.test(name) ? readCode(code) : undefined
  const script = new vm.Script(wrap(fs.readFileSync(filename, 'utf8')), {
    filename,
    cachedData,
  })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, directory)
  const isCommand = Object.keys(module.exports.table).some((id) => id.split(':')[0] === name)
  const isNew = cachedData === undefined || script.cachedDataRejected
  if (isCommand && isNew) process.once('exit', () => writeCode(code, script))
  return module.exports
}

module.exports = { loadBundle }
