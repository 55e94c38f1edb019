'use strict'

/**
 * Which prepared help text answers these words: '' for the whole program, `deploy`, `history show`; null where the words
 * do not ask for help, or ask for something unknown, which the command line answers with a suggestion.
 */
const helpTopic = (words, texts) => {
  const end = words.indexOf('--')
  const asked = end === -1 ? words : words.slice(0, end)
  const wantsHelp = asked.length === 0 || asked[0] === 'help' || asked.includes('--help') || asked[0] === '-h'
  if (!wantsHelp || asked.includes('--json')) return null
  const named = asked.filter((word) => !word.startsWith('-'))
  // `help exit-codes` is a command of its own, `help deploy` asks about another.
  const isCommand = named[0] === 'help' && texts[named.join(' ')] !== undefined && named.length > 1
  if (isCommand && !asked.includes('--help')) return null
  const topic = named[0] === 'help' && !isCommand ? named.slice(1) : named
  for (let length = topic.length; length > 0; length--) {
    const name = topic.slice(0, length).join(' ')
    if (texts[name] !== undefined) return name
  }
  return topic.length === 0 ? '' : null
}

module.exports = { helpTopic }
