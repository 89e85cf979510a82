// The tables of 10DLC by the settings: those shipped, a vendor's profile, and the operator's own rows from a file; or every mistake in it.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Config } from '../config/settings.js'
import type { TenDlcRules } from '../directory/tendlc.js'
import { describeTableMistake, readTables } from '../tendlc/tables.js'
import { CommandFailure } from './output.js'

/** @throws CommandFailure with every mistake, or when the file can't be read */
export function readTenDlcRules({ profile, tablesFile, dayCap }: Config['tenDlc']): TenDlcRules {
  const { tables, mistakes } = readTables(profile, tablesFile === '' ? undefined : overlayIn(tablesFile))
  if (tables !== undefined) return { tables, atCap: dayCap }
  const lines = mistakes.map((mistake) => `  ${tablesFile}: ${describeTableMistake(mistake)}`)
  throw new CommandFailure('invalidTables', `the tables of 10DLC have ${lines.length} mistake(s):\n${lines.join('\n')}`)
}

function overlayIn(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) as unknown
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailure('invalidTables', `the tables of 10DLC (tenDlc.tablesFile) can't be read: ${why}`)
  }
}
