// A text that is kept under a table and a key, in the same step as what happens to a message or by itself. Types only.

/** What a table's keys and texts mean is its writer's; see store/contracts/kept for their bounds. */
export interface KeptRow {
  /** 1–16 letters a–z. */
  readonly table: string
  /** 1–255 printable ASCII characters. */
  readonly key: string
  /** 64 KiB at most in UTF-8; '' removes the row. */
  readonly text: string
}
