// What a bench tells at its end: a table and the verdicts on the console, everything as JSON in a file. Judges nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { machine } from './machine.js'
import type { Verdict } from './modes.js'

/** The first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    console.log(cells.join('  ').trimEnd())
  }
}

export function printVerdicts(verdicts: readonly Verdict[]): void {
  for (const { target, measured, ok } of verdicts) console.log(`${ok ? 'reached' : 'MISSED '}  ${target}: ${measured}`)
}

export interface ResultsFile {
  /** The clone that is measured in. */
  readonly root: string
  /** Of the name of the file where none is given. */
  readonly prefix: string
  readonly out: string | undefined
  readonly started: Date
}

/** Says where it is. */
export function writeResults({ root, prefix, out, started }: ResultsFile, results: object): void {
  const at = started.toISOString()
  const file = out ?? join(root, 'bench/results', `${prefix}${at.replace(/[:.]/g, '-')}.json`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ started: at, machine: machine(root), ...results }, undefined, 2) + '\n')
  console.log(`\nwritten to ${file}`)
}
