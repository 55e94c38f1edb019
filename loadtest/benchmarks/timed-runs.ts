import { spawnSync } from 'node:child_process'

export type TimedCommand = {
  readonly label: string
  readonly words: readonly [program: string, ...args: string[]]
  /** Exit codes that are an answer; 0 where none are given. */
  readonly answers?: readonly number[]
}

export type Timing = {
  readonly label: string
  readonly milliseconds: readonly number[]
  /** Why there are no times: the program is not there, or did not exit as expected. */
  readonly skipped: string | null
}

/** Milliseconds from the start of the program to its end, or what went wrong. */
const runOnce = ({ words: [program, ...args], answers = [0] }: TimedCommand): number | string => {
  const began = performance.now()
  const { error, status, signal } = spawnSync(program, args, { stdio: 'ignore' })
  const milliseconds = performance.now() - began
  if (error !== undefined) return error.message
  return status !== null && answers.includes(status) ? milliseconds : `exit ${status ?? signal}`
}

/**
 * Runs all commands in turn, round after round, so that whatever else the machine does hits all of them alike. The first
 * round fills caches and is not counted.
 */
export const timeInTurns = (commands: readonly TimedCommand[], rounds: number): readonly Timing[] => {
  const warm = commands.map((command) => ({ command, first: runOnce(command) }))
  const able = warm.filter(({ first }) => typeof first === 'number').map(({ command }) => command)
  const times = new Map<string, number[]>(able.map(({ label }) => [label, []]))
  for (let round = 0; round < rounds; round++) {
    for (const command of able) {
      const milliseconds = runOnce(command)
      if (typeof milliseconds === 'number') times.get(command.label)?.push(milliseconds)
    }
  }
  return warm.map(({ command: { label }, first }) => ({
    label,
    milliseconds: (times.get(label) ?? []).toSorted((left, right) => left - right),
    skipped: typeof first === 'string' ? first : null,
  }))
}
