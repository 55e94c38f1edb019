'use strict'
// Brings node_modules to what package-lock.json says, then remembers in node_modules/.shopctl-ready that it did.
// Runs on Node 18 and later and before anything is installed: hence plain CommonJS without a dependency.
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const {
  hasInfrastructure,
  infrastructurePackages,
  installed,
  isFullInstall,
  isInfrastructure,
  markInstalling,
  readLockfile,
  unmarkInstalling,
  writeReady,
} = require('./installed.cjs')
const { acquireInstallLock } = require('./install-lock.cjs')
const { describeInstallFailure, isOffline, refuse } = require('./install-failure.cjs')

const root = path.join(__dirname, '..')
const bundledNode = 'node_modules/node/bin/node'
const [node, ...words] = process.argv.slice(2)
/** `everything`: development dependencies too, for bin/test. `infrastructure`: also what infra synthesises with. */
const everything = process.env.SHOPCTL_INSTALL === 'everything'
const infrastructure = process.env.SHOPCTL_INSTALL === 'infrastructure'

const say = (line) => process.stderr.write(`shopctl: ${line}\n`)

const wanted = () => ({
  root,
  development: everything || isFullInstall(root),
  infrastructure,
  bundledNode: node === bundledNode,
})

const npmArguments = ({ development, infrastructure: withInfrastructure, bundledNode: withNode }) => {
  const pinned = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies
  const alsoWanted = [...(withNode ? ['node'] : []), ...(withInfrastructure ? infrastructurePackages : [])]
  return [
    'install',
    // Leaves package.json and the lockfile as they are. Unlike `npm ci` it does not pull the files away from under
    // services that run, and it accepts a lockfile without the packages for machines that the registry lacks.
    '--no-save',
    '--json',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=3',
    '--fetch-retry-mintimeout=500',
    '--fetch-retry-maxtimeout=4000',
    ...(development ? ['--include=dev'] : ['--omit=dev']),
    // As production dependencies, else --omit=dev leaves them out.
    ...(development || alsoWanted.length === 0 ? [] : ['--save-prod']),
    ...(development ? [] : alsoWanted.map((name) => `${name}@${pinned[name]}`)),
  ]
}

/** Asked first: without a network npm tries each package several times, which takes more than a minute. */
const pingArguments = ['ping', '--json', '--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-timeout=15000']

const cacheOnly = () => process.env.npm_config_offline === 'true' || process.env.npm_config_prefer_offline === 'true'

/** Runs npm in a process group of its own, so that an interrupt ends its scripts too. */
const runNpm = (args, lock) =>
  new Promise((resolve) => {
    const environment = { ...process.env }
    delete environment.NODE_COMPILE_CACHE
    const npm = spawn('npm', args, { cwd: root, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    if (npm.pid !== undefined) lock.keep(npm.pid)
    let stdout = ''
    let stderr = ''
    npm.stdout.on('data', (bytes) => {
      stdout += bytes
    })
    npm.stderr.on('data', (bytes) => {
      stderr += bytes
    })
    let interrupted = false
    const stop = () => {
      if (npm.pid === undefined) return
      const signal = interrupted ? 'SIGKILL' : 'SIGTERM'
      interrupted = true
      try {
        process.kill(-npm.pid, signal)
      } catch {
        // It has ended by itself.
      }
      setTimeout(stop, 3000).unref()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
    npm.on('error', (error) => resolve({ notStarted: error, interrupted, stdout, stderr }))
    npm.on('close', (exitCode) => resolve({ exitCode, interrupted, stdout, stderr }))
  })

const installMarked = async (want, lock) => {
  try {
    markInstalling(root, want)
  } catch (error) {
    return { notWritable: error }
  }
  const run = await runNpm(npmArguments(want), lock)
  if (run.exitCode === 0 && !run.interrupted) unmarkInstalling(root)
  return run
}

const sayWhat = (want) => {
  const packages = Object.entries(readLockfile(root).packages)
  const count = packages.filter(
    ([location, { dev, optional }]) =>
      want.development || (!dev && !optional) || (want.infrastructure && isInfrastructure(location)),
  ).length
  const which = want.development ? 'all' : 'its'
  const withNode = want.bundledNode ? ' and Node 24' : ''
  const whole = infrastructure && installed({ ...want, infrastructure: false })
  if (whole) return say(`installing what infra needs (${infrastructurePackages.join(', ')}) into node_modules (once)`)
  say(`installing ${which} ${count} dependencies${withNode} into node_modules, as package-lock.json says (once)`)
}

const install = async (missing, lock) => {
  // What was fetched for infra stays, in the version that is wanted now.
  const want = { ...missing, infrastructure: missing.infrastructure || hasInfrastructure(root) }
  sayWhat(want)
  const ping = cacheOnly() ? { exitCode: 0 } : await runNpm(pingArguments, lock)
  if (isOffline(ping)) return refuse(describeInstallFailure(ping, root), words)
  const run = ping.interrupted || ping.notStarted ? ping : await installMarked(want, lock)
  if (run.interrupted) {
    say('interrupted while installing; the next start goes on from here')
    return 130
  }
  if (run.exitCode !== 0) return refuse(describeInstallFailure(run, root), words)
  if (want.bundledNode && !fs.existsSync(path.join(root, bundledNode))) {
    return refuse(describeInstallFailure({ ...run, nodeMissing: true }, root), words)
  }
  return 0
}

const main = async () => {
  if (installed(wanted())) {
    writeReady(root, node)
    return 0
  }
  const lock = await acquireInstallLock(root, say)
  if (lock.failure) return refuse(lock.failure, words)
  try {
    // Whoever held the lock before may have done the work.
    const want = wanted()
    const status = installed(want) ? 0 : await install(want, lock)
    if (status === 0) writeReady(root, node)
    return status
  } finally {
    lock.release()
  }
}

main().then(
  (status) => process.exit(status),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
