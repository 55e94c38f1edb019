import { afterAll } from 'vitest'
import { refundCalls } from './refund-calls.ts'
import { refundStage } from './refund-stage.ts'

/** A file's stage of refunds and the calls to it, closed with the file. */
export async function openRefunds() {
  const stage = await refundStage()
  afterAll(() => stage.close())
  return { stage, calls: refundCalls(stage) }
}
