// Lanes that send as fast as their limits let them, on a clock that is only counted: what the limiter does to a load, without waiting
// for it. The limits are the real ones.

import { DueHeap } from '../lib/heap.js'
import { finished } from '../lib/slices.js'
import type { LaneLimit } from './limiter-turn.js'

export interface SimulatedMessage {
  /** In switch time, ms; those of a lane in order. */
  readonly arrivesMs: number
  readonly segments: number
}

export interface SimulatedLane<M extends SimulatedMessage> {
  readonly limit: LaneLimit
  readonly messages: readonly M[]
}

export interface SimulationPorts<M extends SimulatedMessage> {
  /** All its segments leave at that moment. */
  sent(message: M, lane: SimulatedLane<M>, nowMs: number): void
  /** The day's cap is reached and it may not wait. */
  failed?(message: M, lane: SimulatedLane<M>, nowMs: number): void
  /** A limit refused the first of a lane, by name, which asks again then. */
  held?(lane: SimulatedLane<M>, limit: string, nowMs: number, againMs: number): void
  /** Late as a machine is, in ms; 0 where left out. */
  latenessMs?(): number
}

interface Run<M extends SimulatedMessage> {
  readonly lane: SimulatedLane<M>
  next: number
}

/** Asks of limits between two yields: about a millisecond. */
export const ASKS_SLICE = 1000

/**
 * Runs until nothing waits any more, or until `untilMs`. Lanes take turns of one message.
 *
 * @returns messages that still wait
 */
export function simulate<M extends SimulatedMessage>(
  lanes: Iterable<SimulatedLane<M>>,
  untilMs: number,
  ports: SimulationPorts<M>,
): number {
  return finished(simulateInSlices(lanes, untilMs, ports))
}

/** The same, for those who have other things to do. */
export function* simulateInSlices<M extends SimulatedMessage>(
  lanes: Iterable<SimulatedLane<M>>,
  untilMs: number,
  ports: SimulationPorts<M>,
): Generator<void, number> {
  const due = new DueHeap<Run<M>>()
  let waiting = 0
  for (const lane of lanes) {
    waiting += lane.messages.length
    wait(due, { lane, next: 0 }, -Infinity)
  }
  for (let asked = 1; due.length > 0 && due.nextKey <= untilMs; asked++) {
    if (asked % ASKS_SLICE === 0) yield
    const nowMs = due.nextKey
    const run = due.pop()!
    const { lane } = run
    const message = lane.messages[run.next]!
    if (lane.limit.take(message.segments, nowMs)) ports.sent(message, lane, nowMs)
    else if (lane.limit.failsNow(message.segments, nowMs)) ports.failed?.(message, lane, nowMs)
    else {
      const againMs = Math.max(nowMs + 1, lane.limit.nextMs(message.segments, nowMs)) + (ports.latenessMs?.() ?? 0)
      ports.held?.(lane, lane.limit.name, nowMs, againMs)
      if (againMs < Infinity) due.push(againMs, run)
      continue
    }
    run.next++
    waiting--
    wait(due, run, nowMs)
  }
  return waiting
}

/** Until its next message is there. */
function wait<M extends SimulatedMessage>(due: DueHeap<Run<M>>, run: Run<M>, nowMs: number): void {
  const message = run.lane.messages[run.next]
  if (message !== undefined) due.push(Math.max(nowMs, message.arrivesMs), run)
}
