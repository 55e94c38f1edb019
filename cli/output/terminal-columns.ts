type Terminal = { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }

/** Null where there is no terminal, or one that says no width, as those of `docker run -t` and `script` in a pipeline. */
export const terminalColumns = ({ isTTY, columns = 0 }: Terminal): number | null =>
  isTTY === true && columns > 0 ? columns : null
