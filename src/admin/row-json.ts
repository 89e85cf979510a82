// Rows as JSON in pieces, without secrets: a tariff of 100,000 rates must not hold up messages while it is written. It sends nothing.
import { withoutSecrets } from '../directory/change-secrets.js'
import type { KeptObject } from '../directory/change-whole.js'
import type { Pauses } from '../directory/in-slices.js'
import { jsonPieces } from '../lib/json-pieces.js'

/** Characters that are sent at once. */
const CHUNK = 65_536
/** Characters after which a page of objects ends, before its limit of objects. */
const PAGE_CHARACTERS = 4 * 1024 * 1024

/** @param hasSecrets whether anything in it may have to be masked; that takes longer than writing it */
export function rowJson(row: unknown, hasSecrets: boolean): Generator<string> {
  return hasSecrets ? jsonPieces(row, withoutSecrets) : jsonPieces(row)
}

/**
 * One page of a list: at least one object, and no more of them once the page is long.
 * @param ahead all objects after the page before
 * @param limit how many to give at most
 * @param mostCharacters after so many no other object is begun
 */
export function* pageJson(
  revision: number,
  ahead: readonly KeptObject[],
  limit: number,
  hasSecrets: boolean,
  mostCharacters = PAGE_CHARACTERS,
): Generator<string> {
  yield `{"revision":${revision},"objects":[`
  let characters = 0
  let given = 0
  for (const { id, etag, row } of ahead) {
    if (given === limit || characters >= mostCharacters) break
    yield `${given === 0 ? '' : ','}{"id":${JSON.stringify(id)},"etag":${JSON.stringify(etag)},"row":`
    for (const piece of rowJson(row, hasSecrets)) {
      characters += piece.length
      yield piece
    }
    yield '}'
    given++
  }
  const last = ahead[given - 1]
  yield given < ahead.length && last !== undefined ? `],"next":${JSON.stringify(last.id)}}` : ']}'
}

/** Pieces put together to chunks, with a pause whenever they took as long as allowed. Who reads slowly is waited for. */
export async function* inChunks(pieces: Iterable<string>, { nowMs, sliceMs, pause }: Pauses): AsyncGenerator<string> {
  let untilMs = nowMs() + sliceMs
  let chunk = ''
  for (const piece of pieces) {
    chunk += piece
    if (chunk.length >= CHUNK) {
      yield chunk
      chunk = ''
    }
    if (nowMs() < untilMs) continue
    await pause()
    untilMs = nowMs() + sliceMs
  }
  if (chunk !== '') yield chunk
}
