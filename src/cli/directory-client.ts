// The directory API of a running switch, as the commands use it.
import type { ObjectReport } from '../directory/change.js'
import { createAsk, type ClientValues } from './api-client.js'

export interface SummaryOfDirectory {
  readonly revision: number
  readonly kinds: readonly { readonly kind: string; readonly count: number }[]
}

export interface ListedObject {
  readonly id: string
  readonly etag: string
  readonly row: unknown
}

export interface ChangesOutcome {
  readonly revision: number
  readonly dryRun: boolean
  readonly changes: readonly ObjectReport[]
}

export interface ChangesToSend {
  readonly changes: readonly { readonly kind: string; readonly id: string; readonly row: unknown }[]
  readonly prune: boolean
}

export interface DirectoryClient {
  summary(): Promise<SummaryOfDirectory>
  /** All objects of a kind, by id, without secrets. */
  list(kind: string): Promise<readonly ListedObject[]>
  /** @throws ChangeRefused with what the switch says */
  change(
    changes: ChangesToSend,
    options: { readonly ifRevision: number; readonly dryRun: boolean },
  ): Promise<ChangesOutcome>
}

const PAGE = 1000

/** @throws CommandFailure when there is no token */
export function createClient(values: ClientValues, env: NodeJS.ProcessEnv): DirectoryClient {
  const ask = createAsk(values, env)

  return {
    summary: () => ask('/v1/directory'),
    async list(kind) {
      const found: ListedObject[] = []
      for (let after = ''; ;) {
        const query = new URLSearchParams({ limit: String(PAGE), ...(after !== '' && { after }) })
        const page = await ask<{ readonly objects: readonly ListedObject[]; readonly next?: string }>(
          `/v1/directory/${encodeURIComponent(kind)}?${query.toString()}`,
        )
        found.push(...page.objects)
        if (page.next === undefined) return found
        after = page.next
      }
    },
    change: (changes, { ifRevision, dryRun }) =>
      ask(
        `/v1/directory/changes?dryRun=${String(dryRun)}`,
        { method: 'POST', body: JSON.stringify(changes) },
        { 'content-type': 'application/json', 'if-match': `"${ifRevision}"` },
      ),
  }
}
