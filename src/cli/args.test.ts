import { describe, expect, it } from 'vitest'
import { commandUsage, configOptions, findCommand, parseCommand, type CommandSpec } from './args.js'

const start = {
  name: 'start',
  summary: 'Run the daemon.',
  options: {
    ...configOptions,
    data: { kind: 'text', value: 'DIR', required: true, doc: 'folder of the store' },
    port: { kind: 'number', min: 0, max: 65535, doc: 'port' },
    mode: { kind: 'text', words: ['fast', 'slow'], doc: 'how' },
    dry: { kind: 'flag', doc: 'do nothing' },
  },
} as const satisfies CommandSpec
const simVendor = { name: 'sim vendor', summary: 'Simulate a vendor.', options: {} } as const satisfies CommandSpec
const show = { name: 'show', summary: 'Show one.', options: {}, arguments: ['ID'] } as const satisfies CommandSpec
const commands: readonly CommandSpec[] = [start, simVendor, show]

describe('parseCommand', () => {
  it('gives typed values, lists and flags', () => {
    const parsed = parseCommand(start, 'smswitch', ['--data', 'd', '--set', 'a=1', '--set=b=2', '--port=0', '--json'])
    expect(parsed).toEqual({
      kind: 'run',
      values: { data: 'd', set: ['a=1', 'b=2'], port: 0, json: true, dry: false, help: false },
      arguments: [],
    })
    if (parsed.kind !== 'run') return
    const { data, set, port, dry, config } = parsed.values
    const typed: readonly [string, readonly string[], number | undefined, boolean, string | undefined] = [
      data,
      set,
      port,
      dry,
      config,
    ]
    expect(typed).toHaveLength(5)
  })

  it.each([
    [['--data'], 'option --data needs a value: --data DIR'],
    [['--data', '--dry'], 'option --data needs a value: --data DIR'],
    [['--data='], 'option --data needs a value: --data DIR'],
    [[], 'option --data DIR is missing: folder of the store'],
    [['--data', 'a', '--data', 'b'], 'option --data is given twice'],
    [['--date', 'x'], 'unknown option --date; did you mean --data?'],
    [['-x'], 'unknown option -x'],
    [['--data', 'd', '--port', '70000'], 'option --port expects a whole number from 0 to 65535, not "70000"'],
    [['--data', 'd', '--port', '1e3'], 'option --port expects a whole number from 0 to 65535, not "1e3"'],
    [['--data', 'd', '--mode', 'medium'], 'option --mode expects one of fast, slow, not "medium"'],
    [['--data', 'd', '--dry=yes'], 'option --dry takes no value'],
    [['--data', 'd', 'more'], 'unexpected argument "more"'],
    [['--data', 'd', '--__proto__', 'x'], 'unknown option --__proto__'],
  ])('refuses %j naming the option and what would be right', (argv, message) => {
    const parsed = parseCommand(start, 'smswitch', argv)
    expect(parsed).toEqual({ kind: 'wrong', message: `${message}\nTry: smswitch start --help` })
  })

  it('takes a value that begins with "-" after "="', () => {
    expect(parseCommand(start, 'smswitch', ['--data=-d'])).toMatchObject({ values: { data: '-d' } })
  })

  it('wants its arguments', () => {
    expect(parseCommand(show, 'smswitch', [])).toMatchObject({
      message: expect.stringContaining('argument ID is missing') as string,
    })
    expect(parseCommand(show, 'smswitch', ['7', '--json'])).toMatchObject({ kind: 'run', arguments: ['7'] })
  })

  it.each(['--help', '-h'])('explains itself on %s, whatever else is wrong', (flag) => {
    expect(parseCommand(start, 'smswitch', ['--nonsense', flag])).toEqual({
      kind: 'help',
      text: commandUsage(start, 'smswitch'),
    })
    expect(commandUsage(start, 'smswitch')).toContain('--data DIR        folder of the store (needed)')
  })
})

describe('findCommand', () => {
  it('finds a command of one or two words', () => {
    expect(findCommand(commands, 'smswitch', ['start', '--x'])).toMatchObject({
      command: { name: 'start' },
      rest: ['--x'],
    })
    expect(findCommand(commands, 'smswitch', ['sim', 'vendor', 'y'])).toMatchObject({
      command: { name: 'sim vendor' },
      rest: ['y'],
    })
  })

  it.each([
    [[], 'a command is missing'],
    [['strat'], 'there is no command "strat"; did you mean "start"?'],
    [['sim', 'vender'], 'there is no command "sim vender"; did you mean "sim vendor"?'],
    [['banana'], 'there is no command "banana"\n'],
  ])('says of %j what is wrong, and lists what there is', (argv, message) => {
    const found = findCommand(commands, 'smswitch', argv)
    expect(found).toMatchObject({ wrong: expect.stringContaining(message) as string })
    expect(found).toMatchObject({ wrong: expect.stringContaining('sim vendor') as string })
  })

  it.each([['--help'], ['-h'], ['help']])('lists all commands on %s', (word) => {
    expect(findCommand(commands, 'smswitch', [word])).toMatchObject({
      help: expect.stringContaining('Run the daemon.') as string,
    })
  })

  it('lists a group on --help', () => {
    expect(findCommand(commands, 'smswitch', ['sim', '--help'])).toMatchObject({
      help: expect.not.stringContaining('Run the daemon.') as string,
    })
  })
})
