import { Listr, ListrLogger, ProcessOutput } from 'listr2'

export type StepOutcome = 'done' | 'skipped' | 'failed' | 'interrupted'

export type LiveStep = { readonly id: string; readonly title: string }

/** A step's part of the list: what it shows now, and its end. */
export type LiveList = {
  start(id: string): void
  say(text: string): void
  finish(id: string, end: { readonly outcome: StepOutcome; readonly title: string }): void
  /** Ends the drawing; steps that were never reached are left out. Resolves when the screen is final. */
  close(): Promise<void>
}

type Ending = { readonly outcome: StepOutcome | 'not-reached'; readonly title: string }

/**
 * Draws steps on the terminal of this process as a listr2 list: each task waits for the finish event of its step. listr2 runs nothing by itself here;
 * it must not listen to signals, for its handler ends the process before anything is put back.
 */
export const createLiveList = (steps: readonly LiveStep[]): LiveList => {
  const slots = new Map(steps.map(({ id, title }) => [id, createSlot(title)]))
  let said = ''
  let current: { output: string } | null = null

  const output = new ProcessOutput()
  // A process that ends in the middle gives the cursor back, and what was written meanwhile.
  const giveBack = () => output.release()
  process.once('exit', giveBack)

  const list = new Listr(
    steps.map(({ id, title }) => ({
      title,
      task: async (_: unknown, task: { title: string | undefined; output: string; skip(message: string): void }) => {
        current = task
        if (said !== '') task.output = said
        const end = (await slots.get(id)?.ended) ?? { outcome: 'not-reached', title: '' }
        current = null
        task.title = end.title
        if (end.outcome === 'skipped') task.skip(end.title)
        if (end.outcome === 'failed' || end.outcome === 'interrupted') throw new Error(end.title)
      },
    })),
    {
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: {
        collapseErrors: true,
        showErrorMessage: true,
        formatOutput: 'truncate',
        logger: new ListrLogger({ useIcons: true, processOutput: output }),
      },
    },
  )
  const drawn = list.run().finally(() => process.off('exit', giveBack))

  const endUpTo = (id: string) => {
    if (!slots.has(id)) return
    for (const step of steps) {
      if (step.id === id) return
      const slot = slots.get(step.id)
      if (slot?.state === 'waiting') slot.end({ outcome: 'not-reached', title: '' })
    }
  }

  return {
    start(id) {
      endUpTo(id)
      const slot = slots.get(id)
      if (slot !== undefined) slot.state = 'started'
      said = ''
    },
    say(text) {
      said = text
      if (current !== null) current.output = text
    },
    finish(id, end) {
      endUpTo(id)
      slots.get(id)?.end(end)
      said = ''
    },
    async close() {
      for (const slot of slots.values()) slot.end({ outcome: 'not-reached', title: '' })
      await drawn
    },
  }
}

const createSlot = (title: string) => {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const slot: {
    state: 'waiting' | 'started'
    readonly title: string
    readonly ended: Promise<Ending>
    end(end: Ending): void
  } = {
    state: 'waiting',
    title,
    ended: promise,
    end: resolve,
  }
  return slot
}
