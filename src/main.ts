#!/usr/bin/env -S node --max-semi-space-size=64
// argv → command → exit code. Every subcommand is listed here and nowhere else.
import { apiCredentialsCommand } from './cli/api-credentials.js'
import { findCommand, parseCommand, type CommandSpec, type OptionSpecs, type OptionValues } from './cli/args.js'
import { campaignSendCommand } from './cli/campaign-send.js'
import { checkConfigCommand } from './cli/check-config.js'
import { customerBalanceCommand, customerPayCommand, customerStatementCommand } from './cli/customer.js'
import { directoryApplyCommand, directoryDiffCommand } from './cli/directory-apply.js'
import { directoryExportCommand } from './cli/directory-export.js'
import { hashPasswordCommand } from './cli/hash-password.js'
import { limitsCommand } from './cli/limits.js'
import { numbersImportCommand } from './cli/numbers-import.js'
import { numbersListCommand, numbersRemoveCommand } from './cli/numbers.js'
import { createOutput, exitCodes, type Output } from './cli/output.js'
import { planCommand } from './cli/plan.js'
import { routeCommand } from './cli/route.js'
import { segmentsCommand } from './cli/segments.js'
import { simEsmeCommand } from './cli/sim-esme.js'
import { simVendorCommand } from './cli/sim-vendor.js'
import { startCommand } from './cli/start.js'
import { tariffUploadCommand } from './cli/tariff-upload.js'
import { traceCommand } from './cli/trace.js'
import { translateCommand } from './cli/translate.js'

interface Runnable extends CommandSpec {
  runWith(argv: readonly string[], output: Output): Promise<number>
}

const PROGRAM = 'smswitch'

function runnable<const Specs extends OptionSpecs>(
  command: CommandSpec<Specs> & {
    run(values: OptionValues<Specs>, output: Output, args: readonly string[]): Promise<number>
  },
): Runnable {
  return {
    ...command,
    async runWith(argv, output) {
      const parsed = parseCommand(command, PROGRAM, argv)
      if (parsed.kind === 'run') return command.run(parsed.values, output, parsed.arguments)
      if (parsed.kind === 'help') {
        process.stdout.write(`${parsed.text}\n`)
        return exitCodes.done
      }
      output.fail(Object.assign(new Error(parsed.message), { code: 'wrongUsage' }))
      return exitCodes.wrongUsage
    },
  }
}

const commands: readonly Runnable[] = [
  runnable(startCommand),
  runnable(checkConfigCommand),
  runnable(hashPasswordCommand),
  runnable(apiCredentialsCommand),
  runnable(simVendorCommand),
  runnable(simEsmeCommand),
  runnable(segmentsCommand),
  runnable(translateCommand),
  runnable(routeCommand),
  runnable(directoryApplyCommand),
  runnable(directoryDiffCommand),
  runnable(directoryExportCommand),
  runnable(tariffUploadCommand),
  runnable(customerBalanceCommand),
  runnable(customerPayCommand),
  runnable(customerStatementCommand),
  runnable(campaignSendCommand),
  runnable(planCommand),
  runnable(limitsCommand),
  runnable(traceCommand),
  runnable(numbersImportCommand),
  runnable(numbersListCommand),
  runnable(numbersRemoveCommand),
]

async function main(argv: readonly string[]): Promise<number> {
  const output = createOutput({ json: argv.includes('--json'), out: process.stdout, err: process.stderr })
  const found = findCommand(commands, PROGRAM, argv)
  if ('help' in found) {
    process.stdout.write(`${found.help}\n`)
    return exitCodes.done
  }
  if ('wrong' in found) {
    output.fail(Object.assign(new Error(found.wrong), { code: 'wrongUsage' }))
    return exitCodes.wrongUsage
  }
  try {
    return await found.command.runWith(found.rest, output)
  } catch (error) {
    output.fail(error)
    return exitCodes.failed
  }
}

process.exitCode = await main(process.argv.slice(2))
