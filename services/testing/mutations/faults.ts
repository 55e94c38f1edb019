import { cacheFaults } from './cache-faults.ts'
import { catalogFaults } from './catalog-faults.ts'
import type { Fault } from './fault.ts'
import { kitFaults } from './kit-faults.ts'
import { usersFaults } from './users-faults.ts'

export const faults: readonly Fault[] = [...catalogFaults, ...cacheFaults, ...usersFaults, ...kitFaults]
