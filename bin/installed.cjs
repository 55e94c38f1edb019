'use strict'
// Whether node_modules holds what package-lock.json asks for, told from the files alone.
const fs = require('node:fs')
const path = require('node:path')

const readJson = (file) => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

const readLockfile = (root) => readJson(path.join(root, 'package-lock.json')) ?? { packages: {} }

/** An optional package is wanted here where it names this machine; the rest hang on packages for other machines. */
const isForThisMachine = ({ os, cpu, libc }) =>
  Boolean(os || cpu) &&
  (!os || os.includes(process.platform)) &&
  (!cpu || cpu.includes(process.arch)) &&
  // Node does not say which C library a machine has without starting a program.
  !libc

const marker = (root) => path.join(root, 'node_modules', '.shopctl-installing')

/** Left by an install that was interrupted: npm takes a half unpacked package for a whole one. */
const isHalfInstalled = (root) =>
  fs.existsSync(marker(root)) ||
  (fs.existsSync(path.join(root, 'node_modules')) &&
    !fs.existsSync(path.join(root, 'node_modules', '.package-lock.json')))

const markInstalling = (root, { development }) => {
  if (isHalfInstalled(root)) fs.rmSync(path.join(root, 'node_modules'), { recursive: true, force: true })
  fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true })
  fs.writeFileSync(marker(root), development ? 'all' : 'production')
}

const unmarkInstalling = (root) => fs.rmSync(marker(root), { force: true })

/** True where development dependencies are there: an install must then not take them away. */
const isFullInstall = (root) => {
  if (fs.existsSync(marker(root))) return fs.readFileSync(marker(root), 'utf8') === 'all'
  const { devDependencies = {} } = readJson(path.join(root, 'package.json')) ?? {}
  return Object.keys(devDependencies).some(
    (name) => name !== 'node' && fs.existsSync(path.join(root, 'node_modules', name, 'package.json')),
  )
}

/** npm writes node_modules/.package-lock.json as its last act. */
const installed = ({ root, development, bundledNode }) => {
  if (isHalfInstalled(root)) return false
  const there = readJson(path.join(root, 'node_modules', '.package-lock.json'))
  if (!there) return false
  if (bundledNode && !fs.existsSync(path.join(root, 'node_modules/node/bin/node'))) return false
  return Object.entries(readLockfile(root).packages).every(([location, wanted]) => {
    if (location === '') return true
    if ((wanted.dev || wanted.devOptional) && !development) return true
    const entry = there.packages[location]
    if (!entry) return wanted.optional === true && !isForThisMachine(wanted)
    return entry.version === wanted.version && entry.integrity === wanted.integrity
  })
}

const lockfileState = (root) => {
  const { size, mtimeMs } = fs.statSync(path.join(root, 'package-lock.json'))
  return `${size} ${mtimeMs}`
}

const lockfileHash = (root) => {
  // Loading it takes milliseconds, and most starts need no hash.
  const { createHash } = require('node:crypto')
  return createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

/** Three lines: the Node to start with, the lockfile's size and time, its hash. bin/shopctl reads the first. */
const writeReady = (root, node) => {
  const file = path.join(root, 'node_modules', '.shopctl-ready')
  const temporary = `${file}.${process.pid}`
  try {
    fs.writeFileSync(temporary, `${node}\n${lockfileState(root)}\n${lockfileHash(root)}\n`)
    fs.renameSync(temporary, file)
  } catch {
    // A tree that cannot be written to still runs; it is only checked again each time.
    fs.rmSync(temporary, { force: true })
  }
}

/** Whether the last set-up was for this lockfile; a touched but equal file counts and is remembered. */
const isReady = (root) => {
  const file = path.join(root, 'node_modules', '.shopctl-ready')
  let lines
  try {
    lines = fs.readFileSync(file, 'utf8').split('\n')
  } catch {
    return false
  }
  const [node, state, hash] = lines
  if (state === lockfileState(root)) return true
  if (hash !== lockfileHash(root)) return false
  writeReady(root, node)
  return true
}

module.exports = {
  installed,
  isFullInstall,
  isReady,
  markInstalling,
  readLockfile,
  unmarkInstalling,
  writeReady,
}
