/** A worker's place among the workers of a run. */
export type WorkerShare = { readonly worker: number; readonly workers: number }

export const isOfWorker = (user: number, { worker, workers }: WorkerShare): boolean => user % workers === worker

/** A part of a whole number; all parts together are the whole. */
export const shareOf = (whole: number, { worker, workers }: WorkerShare): number =>
  Math.floor(whole / workers) + (worker < whole % workers ? 1 : 0)
