/**
 * One after the other, whatever becomes of those before: a fault that stays in one chore must not keep
 * the others from being done.
 *
 * @throws what the first that failed threw, when all have had their turn
 */
export async function eachByItself(chores: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const chore of chores) {
    await chore().catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}
