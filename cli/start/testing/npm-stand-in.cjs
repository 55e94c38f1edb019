'use strict'
// What npm would bring for the arguments it was given: links to what is installed in the repository under test.
const fs = require('node:fs')
const path = require('node:path')

const [repository, node, ...args] = process.argv.slice(2)
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))
const named = args.filter((word) => !word.startsWith('-')).map((word) => word.replace(/(.)@.*/, '$1'))
const there = readJson(path.join(repository, 'node_modules', '.package-lock.json')).packages

const isNamed = (location) => named.some((name) => `${location}/`.startsWith(`node_modules/${name}/`))
const isWanted = ([location, { dev }]) =>
  location !== '' && location in there && (!dev || args.includes('--include=dev') || isNamed(location))
const packages = Object.fromEntries(
  Object.entries(readJson('package-lock.json').packages)
    .filter(isWanted)
    .map(([location, { dev, ...entry }]) => [location, dev && !isNamed(location) ? { dev, ...entry } : entry]),
)

// Like npm it takes away what is not wanted.
for (const name of fs.readdirSync('node_modules')) {
  if (!name.startsWith('.shopctl')) fs.rmSync(path.join('node_modules', name), { recursive: true })
}
for (const location of Object.keys(packages)) {
  if (location.lastIndexOf('node_modules/') !== 0 || location === 'node_modules/node') continue
  fs.mkdirSync(path.dirname(location), { recursive: true })
  fs.symlinkSync(path.join(repository, location), location)
}
if (named.includes('node')) {
  fs.mkdirSync('node_modules/node/bin', { recursive: true })
  fs.symlinkSync(node, 'node_modules/node/bin/node')
}
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }))
