'use strict'
// One install at a time in a tree. A folder that is renamed into place is the lock: that either happens or does not,
// and it already holds the name of its owner.
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { describeUnwritable } = require('./install-failure.cjs')

const heartbeatSeconds = 5
const staleSeconds = 30
const pollMilliseconds = 200

const isAlive = (processId) => {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const readOwner = (folder) => {
  try {
    const file = path.join(folder, 'owner.json')
    return { ...JSON.parse(fs.readFileSync(file, 'utf8')), beatAt: fs.statSync(file).mtimeMs }
  } catch {
    return null
  }
}

/** Its npm may outlive a killed owner and still be writing: it counts as the owner. */
const isStale = (owner) => {
  const silentSeconds = (Date.now() - owner.beatAt) / 1000
  if (owner.host !== os.hostname()) return silentSeconds > staleSeconds
  return !owner.processes.some(isAlive)
}

const write = (folder, processes) =>
  fs.writeFileSync(path.join(folder, 'owner.json'), JSON.stringify({ host: os.hostname(), processes }))

const takeAway = (folder, stale) => {
  const aside = `${folder}.stale.${process.pid}`
  try {
    fs.renameSync(folder, aside)
  } catch {
    return
  }
  const moved = readOwner(aside)
  // Somebody else may have taken the stale lock away and a new one in the meantime: put that back.
  if (moved && moved.processes[0] !== stale.processes[0]) fs.renameSync(aside, folder)
  else fs.rmSync(aside, { recursive: true, force: true })
}

const tryToAcquire = (folder) => {
  const mine = `${folder}.${process.pid}`
  fs.rmSync(mine, { recursive: true, force: true })
  fs.mkdirSync(mine, { recursive: true })
  write(mine, [process.pid])
  try {
    fs.renameSync(mine, folder)
    return true
  } catch (error) {
    fs.rmSync(mine, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    return false
  }
}

const hold = (folder) => {
  const beat = setInterval(() => {
    const now = new Date()
    fs.utimes(path.join(folder, 'owner.json'), now, now, () => undefined)
  }, heartbeatSeconds * 1000).unref()
  return {
    keep: (childId) => write(folder, [process.pid, childId]),
    release: () => {
      clearInterval(beat)
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits for whoever installs now. Answers the lock, or `{ failure }` where the tree cannot be written to. */
const acquireInstallLock = async (root, say) => {
  const folder = path.join(root, '.shopctl', 'install.lock')
  let said = false
  for (;;) {
    try {
      fs.accessSync(root, fs.constants.W_OK)
      if (tryToAcquire(folder)) return hold(folder)
    } catch (error) {
      return { failure: describeUnwritable(error, root) }
    }
    const owner = readOwner(folder)
    if (owner && isStale(owner)) takeAway(folder, owner)
    else if (owner && !said) {
      said = true
      say(`waiting for process ${owner.processes[0]}, which installs the dependencies`)
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
}

module.exports = { acquireInstallLock }
