'use strict'
// What a failed set-up is called, in the shape of every failure of shopctl: what, why in npm's words, what to type.

/** What set-up.cjs was asked for. */
const infrastructure = process.env.SHOPCTL_INSTALL === 'infrastructure'
const subject = infrastructure ? 'the packages that infra needs' : 'its dependencies'

const tailLines = 8
const refused = 3

const unwritable = {
  EACCES: 'permission denied',
  EPERM: 'the operating system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
}

const offline = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'ERR_SOCKET_TIMEOUT',
  'FETCH_ERROR',
  'UND_ERR_CONNECT_TIMEOUT',
])

const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const describeUnwritable = (error, root) => ({
  code: error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'DISK_FULL' : 'TREE_NOT_WRITABLE',
  what: `shopctl could not install ${subject}: ${unwritable[error.code] ?? 'its folder cannot be written to'}.`,
  why: [error.message],
  fix: error.code === 'ENOSPC' ? [`df -h ${quote(root)}`] : [`ls -ld ${quote(root)}`],
})

const invokedAs = quote(process.env.SHOPCTL_INVOKED_AS ?? 'shopctl')

/** What the person typed, to be typed again. What a command of infra asked for can be had without that command. */
const sameAgain = (words) =>
  infrastructure ? `SHOPCTL_INSTALL=infrastructure ${invokedAs}` : [invokedAs, ...words.map(quote)].join(' ')

const npmError = (stdout) => {
  try {
    return JSON.parse(stdout).error ?? {}
  } catch {
    return {}
  }
}

const lastLines = (text) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('npm warn'))
    .slice(-tailLines)

const npmMissing = (error) => ({
  code: 'NPM_MISSING',
  what: `shopctl could not install ${subject}: there is no npm on PATH.`,
  why: [error.message],
  fix: ['install Node.js 24 with its npm: https://nodejs.org/en/download'],
})

/** `run` failed because nobody answered, and not because of what was answered. */
const isOffline = (run) => !run.notStarted && run.exitCode !== 0 && offline.has(npmError(run.stdout).code)

/** `run` is what npm left: exit code and output, or why it did not start. */
const describeInstallFailure = (run, root) => {
  if (run.notStarted) return npmMissing(run.notStarted)
  if (run.notWritable) return describeUnwritable(run.notWritable, root)
  const { code = '', summary = '', detail = '' } = npmError(run.stdout)
  if (code in unwritable) return describeUnwritable({ code, message: summary || code }, root)
  const words = lastLines(`${run.stderr}\n${summary}\n${detail}`)
  if (isOffline(run)) {
    return {
      code: 'OFFLINE',
      what: `shopctl could not fetch ${subject}: the package registry did not answer.`,
      why: [`npm: ${code} ${summary.split('\n')[0]}`.trim()],
      fix: ['npm ping'],
    }
  }
  return {
    code: 'INSTALL_FAILED',
    what: run.nodeMissing
      ? 'npm installed the dependencies but not Node 24.'
      : `npm could not install ${infrastructure ? subject : 'the dependencies of shopctl'}.`,
    why: words.length > 0 ? words : [`npm ended with exit code ${run.exitCode}`],
    // For infra that would bring what only tests need; the same again is what refuse adds.
    fix: infrastructure ? [] : [`cd ${quote(root)} && npm install --no-save`],
  }
}

/** The document that every command prints with --json; cli/output/ has its schema. */
const documentOf = (error, words) => {
  const flags = words.findIndex((word) => word.startsWith('-'))
  const command = words.slice(0, flags === -1 ? words.length : flags).join(' ')
  return { schema: 'shopctl.result/1', command, ok: false, exitCode: refused, error }
}

/** Prints the failure where the command line would have, and answers the exit code for refused. */
const refuse = (described, words) => {
  const failure = { ...described, fix: [...described.fix, sameAgain(words)] }
  if (words.includes('--json')) process.stdout.write(`${JSON.stringify(documentOf(failure, words), null, 2)}\n`)
  const lines = [
    `${failure.code}: ${failure.what}`,
    ...failure.why.map((line) => `  Why: ${line}`),
    ...failure.fix.map((line) => `  Fix: ${line}`),
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
  return refused
}

module.exports = { describeInstallFailure, describeUnwritable, isOffline, refuse }
