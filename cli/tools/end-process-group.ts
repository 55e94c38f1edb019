import { setTimeout as pause } from 'node:timers/promises'
import { listProcStats } from './proc-stat.ts'

const pollMilliseconds = 20

/** Sends a signal to a whole process group and says whether there was anybody to take it. */
export const signalGroup = (groupId: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-groupId, signal)
  } catch {
    return false
  }
}

/** In a container nobody may collect the dead, and a group of zombies still takes signals. */
const anyoneLives = (groupId: number): boolean => {
  if (!signalGroup(groupId, 0)) return false
  if (process.platform !== 'linux') return true
  return listProcStats().some((facts) => facts.groupId === groupId && !facts.zombie)
}

/** Ends a whole process group: SIGTERM, then SIGKILL for who is left after the grace. Returns when nobody lives. */
export const endProcessGroup = async (groupId: number, graceSeconds: number): Promise<void> => {
  signalGroup(groupId, 'SIGTERM')
  const deadline = performance.now() + graceSeconds * 1000
  while (anyoneLives(groupId)) {
    if (performance.now() > deadline) {
      signalGroup(groupId, 'SIGKILL')
      return
    }
    await pause(pollMilliseconds)
  }
}
