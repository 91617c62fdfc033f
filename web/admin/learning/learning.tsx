import { Arms } from './arms.tsx'
import { Experiment } from './experiment.tsx'
import { History } from './history.tsx'

/** What the clicks have taught, and whether it is any good. */
export const Learning = () => (
  <>
    <Experiment />
    <Arms />
    <History />
  </>
)
