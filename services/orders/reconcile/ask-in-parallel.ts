/** Asks about each, so many at a time, in their order. */
export async function askInParallel<Subject>(
  subjects: readonly Subject[],
  { atOnce, ask }: { readonly atOnce: number; ask(subject: Subject): Promise<void> },
): Promise<void> {
  const queue = subjects.values()
  const worker = async () => {
    for (const subject of queue) await ask(subject)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
