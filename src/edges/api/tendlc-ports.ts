// What the API needs of the registry of 10DLC: reading it, and changing which numbers a campaign has. Types only.

import type { TenDlc } from '../../directory/tendlc.js'

export type NumbersChanged =
  | { readonly kind: 'changed' }
  /** The directory would not be right; why, in words for whoever asked. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The campaign is not there any more. */
  | { readonly kind: 'gone' }
  /** The directory is a file's, and is changed there. */
  | { readonly kind: 'fixed' }
  /** Too many change it at the same time. */
  | { readonly kind: 'busy' }

export interface TenDlcPort {
  /** Undefined where there is no campaign. */
  registry(): TenDlc | undefined
  /**
   * The numbers of a campaign become what `change` makes of them: called with those it has at that moment, more than once where
   * others change it at the same time. Resolves once that is durable and in force. Rejects with a StoreError, and then nothing has changed.
   */
  changeNumbers(campaign: string, change: (numbers: readonly string[]) => readonly string[]): Promise<NumbersChanged>
}
