import LockShow from './show.ts'

/** `shopctl lock` alone means the question, never the act. */
export default class Lock extends LockShow {
  static override summary = 'Who may change the environment now (the same as lock show)'
  static override examples = ['<%= config.bin %> lock --env local']
}
