import { Command, CommanderError } from 'commander';
import { PolicyFaults } from '#config/faults.ts';
import manifest from '../package.json' with { type: 'json' };
import { BadInput } from './bad-input.ts';
import { BAD_INPUT } from './exit.ts';
import { rehearseCommand } from './rehearse-command.ts';

const program = new Command('patchwright')
  .description('Closes the vulnerabilities of an EC2 fleet unattended, canary first, and proves it.')
  .addCommand(rehearseCommand())
  .version(manifest.version)
  .addHelpText('after', '\nExample:\n  patchwright rehearse            the default scenario, half a minute');
for (const command of [program, ...program.commands]) {
  command.exitOverride().showHelpAfterError('(patchwright --help and patchwright rehearse --help tell what there is)');
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
  } else if (error instanceof BadInput || error instanceof PolicyFaults) {
    for (const line of error.message.split('\n')) process.stderr.write(`patchwright: ${line}\n`);
    process.exitCode = BAD_INPUT;
  } else {
    throw error;
  }
}
