const longestSeconds = 60

/** 1, 2, 4 … 60 s after the first, second, third try. */
export const backoffSeconds = (attempts: number): number => Math.min(longestSeconds, 2 ** Math.min(attempts - 1, 10))
