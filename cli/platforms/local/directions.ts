import { browseExample, demoDirections } from '../demo-accounts.ts'
import type { Directions } from '../platform.ts'
import type { Foundations } from './foundations-file.ts'

type LocalFacts = Pick<Foundations, 'publicPort' | 'demo'> & { readonly mails: string | null }

/** What to open and to paste after a local deploy; the lines are short enough for a narrow terminal. */
export const localDirections = ({ publicPort, demo, mails }: LocalFacts, demoData: 'loaded' | 'none'): Directions => {
  const entry = `http://127.0.0.1:${publicPort}`
  const accounts = demoData === 'none' ? { logins: [], examples: [browseExample(entry)] } : demoDirections(entry, demo)
  return { entry, docs: `${entry}/docs`, mails, ...accounts }
}
