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

/** What infra synthesises with: 380 MB that most people never need, so they are fetched when it first does so. */
const infrastructurePackages = ['cdktf', '@cdktf/provider-aws', 'constructs']

const isInfrastructure = (location) =>
  infrastructurePackages.some(
    (name) => location === `node_modules/${name}` || location.startsWith(`node_modules/${name}/`),
  )

const isThere = (root, name) => fs.existsSync(path.join(root, 'node_modules', name, 'package.json'))

const marker = (root) => path.join(root, 'node_modules', '.shopctl-installing')

/** Words of what an unfinished install was to bring: `all`, `production`, `infrastructure`; null without one. */
const readMarker = (root) => {
  try {
    return fs.readFileSync(marker(root), 'utf8').split(' ')
  } catch {
    return null
  }
}

/** Everything else was whole when this install began, so only what infra needs can be half unpacked. */
const isOnlyInfrastructure = (words) => words.length === 1 && words[0] === 'infrastructure'

/** Left by an install that was interrupted: npm takes a half unpacked package for a whole one. */
const isHalfInstalled = (root, { development, infrastructure }) => {
  const words = readMarker(root)
  if (words) return development || infrastructure || !isOnlyInfrastructure(words)
  return (
    fs.existsSync(path.join(root, 'node_modules')) &&
    !fs.existsSync(path.join(root, 'node_modules', '.package-lock.json'))
  )
}

const removeHalfInstalled = (root) => {
  const words = readMarker(root)
  // What runs now, a PostgreSQL for example, runs from the rest.
  const half = words && isOnlyInfrastructure(words) ? infrastructurePackages : ['']
  for (const name of half) fs.rmSync(path.join(root, 'node_modules', name), { recursive: true, force: true })
}

const markInstalling = (root, want) => {
  const isRestWhole = installed({ ...want, infrastructure: false, root })
  if (isHalfInstalled(root, { infrastructure: true })) removeHalfInstalled(root)
  fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true })
  const words = want.development
    ? ['all']
    : [...(isRestWhole ? [] : ['production']), ...(want.infrastructure ? ['infrastructure'] : [])]
  fs.writeFileSync(marker(root), words.join(' '))
}

const unmarkInstalling = (root) => fs.rmSync(marker(root), { force: true })

/** True where development dependencies are there: an install must then not take them away. */
const isFullInstall = (root) => {
  const words = readMarker(root)
  if (words) return words.includes('all')
  const { devDependencies = {} } = readJson(path.join(root, 'package.json')) ?? {}
  const { packages } = readLockfile(root)
  return (
    Object.keys(devDependencies)
      .filter((name) => name !== 'node' && !infrastructurePackages.includes(name))
      // Others are needed by what everybody gets, and say nothing.
      .some((name) => packages[`node_modules/${name}`]?.dev && isThere(root, name))
  )
}

/** True where what infra needs was fetched once: an install must then not take it away. */
const hasInfrastructure = (root) => {
  const words = readMarker(root)
  if (words) return words.includes('infrastructure')
  return infrastructurePackages.some((name) => isThere(root, name))
}

const isWanted = (location, { dev, devOptional }, { development, infrastructure }) =>
  !(dev || devOptional) || development || (infrastructure && isInfrastructure(location))

/** npm writes node_modules/.package-lock.json as its last act. */
const installed = (want) => {
  const { root, bundledNode } = want
  if (isHalfInstalled(root, want)) return false
  const there = readJson(path.join(root, 'node_modules', '.package-lock.json'))
  if (!there) return false
  if (bundledNode && !fs.existsSync(path.join(root, 'node_modules/node/bin/node'))) return false
  return Object.entries(readLockfile(root).packages).every(([location, wanted]) => {
    if (location === '' || !isWanted(location, wanted, want)) return true
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
  hasInfrastructure,
  infrastructurePackages,
  installed,
  isFullInstall,
  isInfrastructure,
  isReady,
  markInstalling,
  readLockfile,
  unmarkInstalling,
  writeReady,
}
