// JSON lines between a test and its ledger processes: {"cmd":...} in, {"event":...} out.
import readline from 'node:readline'

export function say(event, fields = {}, onWritten = undefined) {
  process.stdout.write(JSON.stringify({ event, ...fields }) + '\n', onWritten)
}

/** Calls the handler named by each line's `cmd`. The process ends with its parent: at the end of stdin. */
export function onCommands(handlers) {
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const command = JSON.parse(line)
    const handler = handlers[command.cmd]
    if (handler === undefined) say('error', { message: `no command ${command.cmd}` })
    else handler(command)
  })
  lines.on('close', () => process.exit(0))
}
