// The carriers that limits of the United States are kept for. Their words and nothing else.

/** `minor`: every operator of the United States beside the four that have limits of their own. */
export const carriers = ['att', 'tmobile', 'verizon', 'uscellular', 'minor'] as const

export type Carrier = (typeof carriers)[number]

/** The three that most of the traffic goes to: a destination of unknown carrier is one of theirs. */
export const majorCarriers = ['att', 'tmobile', 'verizon'] as const satisfies readonly Carrier[]
