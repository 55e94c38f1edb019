/** Who has something done, for the trail in `event_actions`. */
export type ActionBy = { readonly actor: string; readonly reason?: string | undefined }
