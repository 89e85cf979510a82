// Reads a YAML file into (path, value, position) triples, so that a mistake can name its line. It knows no setting but the tree's shape.
import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { Mistake, Origin } from './mistake.js'
import { isSetting, type SettingTree } from './setting.js'

/** A value as given, not checked yet. */
export interface GivenValue {
  readonly path: string
  readonly value: unknown
  readonly origin: Origin
}

interface Reading {
  readonly document: Document
  readonly originOf: (node: Node | null | undefined) => Origin
  readonly given: GivenValue[]
  readonly mistakes: Mistake[]
}

/**
 * Walks `source` along `tree`. Values at unknown paths come back as given, for the caller to refuse with the others.
 * @param file its name in mistakes
 */
export function yamlValues(
  source: string,
  file: string,
  tree: SettingTree,
): { given: readonly GivenValue[]; mistakes: readonly Mistake[] } {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset)
    return { kind: 'file', file, line, column: col }
  }
  const reading: Reading = {
    document,
    originOf: (node) => at(node?.range?.[0] ?? 0),
    given: [],
    mistakes: document.errors.map((error) => ({
      origin: at(error.pos[0]),
      key: '',
      expected: `valid YAML (${error.message})`,
    })),
  }
  if (document.contents !== null) readGroup(reading, document.contents, tree, '')
  return { given: reading.given, mistakes: reading.mistakes }
}

function readGroup(reading: Reading, node: Node, tree: SettingTree, prefix: string): void {
  const group = resolve(reading, node)
  if (!isMap(group)) {
    // A group with nothing under it says nothing.
    if (isScalar(group) && group.value === null) return
    const key = prefix.slice(0, -1)
    reading.mistakes.push({
      origin: reading.originOf(node),
      key,
      expected: 'a group of settings',
      value: plain(reading, node),
    })
    return
  }
  for (const pair of group.items) {
    const keyNode = pair.key as Node
    const key = isScalar(keyNode) ? String(keyNode.value) : '?'
    const path = prefix + key
    const child = Object.hasOwn(tree, key) ? tree[key] : undefined
    const valueNode = pair.value as Node | null
    if (child !== undefined && !isSetting(child)) {
      if (valueNode !== null) readGroup(reading, valueNode, child, `${path}.`)
      continue
    }
    // An unknown key is where the key stands, a wrong value where the value stands.
    const origin = reading.originOf(child === undefined ? keyNode : (valueNode ?? keyNode))
    reading.given.push({ path, value: valueNode === null ? null : plain(reading, valueNode), origin })
  }
}

function resolve(reading: Reading, node: Node): Node | undefined {
  return isAlias(node) ? node.resolve(reading.document) : node
}

function plain(reading: Reading, node: Node): unknown {
  const value = resolve(reading, node)
  return isScalar(value) ? value.value : isMap(value) ? '{…}' : '[…]'
}
