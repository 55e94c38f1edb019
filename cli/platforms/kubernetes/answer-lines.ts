import type { IncomingMessage } from 'node:http'

/** The lines of an answer as they come, without their ends. Throws where the answer is cut off. */
export async function* answerLines(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8')
  const begun: string[] = []
  for await (const part of answer) {
    const [first = '', ...others] = String(part).split('\n')
    begun.push(first)
    for (const next of others) {
      yield begun.join('')
      begun.length = 0
      begun.push(next)
    }
  }
  if (begun.join('') !== '') yield begun.join('')
}
