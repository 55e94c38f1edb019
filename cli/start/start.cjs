'use strict'
// The first JavaScript of every run. It loads nothing it can do without: each millisecond here is one of every command.
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')
const words = process.argv.slice(2)
const launcher = path.join(root, 'bin', 'shopctl')

const version = () => JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version

/** Programs that shopctl starts shall not write into its compile cache. */
const keepCompileCachePrivate = () => {
  if (process.env.NODE_COMPILE_CACHE === process.env.SHOPCTL_COMPILE_CACHE) delete process.env.NODE_COMPILE_CACHE
  delete process.env.SHOPCTL_COMPILE_CACHE
}

const isSetUp = () => {
  const done = process.env.SHOPCTL_SET_UP === 'done'
  delete process.env.SHOPCTL_SET_UP
  if (Number.parseInt(process.versions.node, 10) < 24) return false
  return done || require('../../bin/installed.cjs').isReady(root)
}

/** Back to the launcher, in this same process, so that signals still reach it. */
const setUpAgain = () => {
  // Its experimental warning would be a second line.
  process.removeAllListeners('warning')
  if (process.execve) process.execve('/bin/sh', ['sh', launcher, ...words], { ...process.env, SHOPCTL_SET_UP: 'again' })
  // Only a Node that was replaced by an older one comes here; forgotten, it is not taken again.
  fs.rmSync(path.join(root, 'node_modules', '.shopctl-ready'), { force: true })
  process.stderr.write(
    `NODE_TOO_OLD: ${process.execPath} was Node 24 and is ${process.version} now; nothing was changed.\n` +
      '  Fix: run the same command again; shopctl then looks for another Node\n',
  )
  process.exitCode = 3
}

const stateDirectory = () => path.resolve(process.env.SHOPCTL_STATE_DIR || path.join(root, '.shopctl'))

const readCurrent = (cache) => {
  try {
    return JSON.parse(fs.readFileSync(path.join(cache, 'current.json'), 'utf8'))
  } catch {
    return null
  }
}

/** Size and time of every file and folder that went into the bundle, as they were then. */
const isFresh = ({ node, root: builtFrom, inputs }) =>
  node === process.version &&
  builtFrom === root &&
  inputs.every(([file, size, changedAt]) => {
    // Joined by hand: two hundred times path.join is a millisecond.
    const now = fs.statSync(`${root}/${file}`, { throwIfNoEntry: false })
    return now !== undefined && now.mtimeMs === changedAt && (now.isDirectory() || now.size === size)
  })

const readHelp = (directory) => {
  const { helpTopic } = require('./help-topic.cjs')
  try {
    const texts = JSON.parse(fs.readFileSync(path.join(directory, 'help.json'), 'utf8'))
    const topic = helpTopic(words, texts)
    return topic === null ? null : texts[topic]
  } catch {
    return null
  }
}

const run = async () => {
  const cache = path.join(stateDirectory(), 'cache', 'cli')
  let bundle = readCurrent(cache)
  if (bundle === null || !isFresh(bundle)) {
    const { buildCommandLine } = await import('./build-command-line.ts')
    bundle = await buildCommandLine({ root, cache, node: process.version })
    if (bundle === null) return
  }
  const directory = bundle.key === null ? null : path.join(cache, bundle.key)
  const help = directory === null ? null : readHelp(directory)
  if (help !== null) {
    process.stdout.on('error', () => process.exit(0))
    process.stdout.write(help)
    return
  }
  globalThis[Symbol.for('shopctl.repository')] = root
  if (directory === null) {
    const { runSources } = await import('./run-sources.ts')
    await runSources(words, root)
    return
  }
  const { main, table } = require('./load-bundle.cjs').loadBundle(directory, words)
  await main(words, table)
}

keepCompileCachePrivate()
if (words.length === 1 && words[0] === '--version') {
  process.stdout.write(`shopctl ${version()} ${process.platform}-${process.arch} node-${process.version}\n`)
} else if (isSetUp()) run()
else setUpAgain()
