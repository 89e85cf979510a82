// When to try again: the n-th resend comes n steps after the n-th failure.

export interface ResendSchedule {
  /** 30,000 by default: 30, 60, 90 … s. */
  readonly stepMs: number
  /** Resends, the first sending not counted. */
  readonly max: number
}

/**
 * @param failures how often it has failed by now, this failure included; 1 or more
 * @returns the pause before the next try in ms, or undefined when the resends are used up
 */
export function resendDelayMs(schedule: ResendSchedule, failures: number): number | undefined {
  if (failures > schedule.max) return undefined
  return schedule.stepMs * failures
}
