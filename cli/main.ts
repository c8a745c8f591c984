import { Command, CommanderError } from 'commander';
import { PolicyFaults } from '#policy/faults.ts';
import manifest from '../package.json' with { type: 'json' };
import { accountCommands } from './account/commands.ts';
import { remedyWords } from './account/remedy.ts';
import { BadInput } from './bad-input.ts';
import { AWS_SAID_NO, BAD_INPUT } from './exit.ts';
import { rehearseCommand } from './rehearse/command.ts';
import { serveCommand } from './serve/command.ts';
import { siteCommands } from './site/command.ts';
import { verifyCommand } from './verify/command.ts';

const program = new Command('patchwright')
  .description('Closes the vulnerabilities of an EC2 fleet unattended, canary first, and proves it.')
  .version(manifest.version)
  .addHelpText(
    'after',
    `
Exit: 0 done; 1 check or verify found something; 2 bad input; 3 stuck,
      blind, halted or expired; 4 denied; 5 lost; 6 AWS refused or did not
      answer; 130 interrupted

Examples:
  patchwright rehearse            the default scenario; needs no account
  patchwright check               what a deployment in your account lacks
  patchwright plan web            what a campaign over web would do now`,
  );
for (const command of [rehearseCommand(), serveCommand(), verifyCommand(), ...siteCommands(), ...accountCommands()])
  program.addCommand(command);
for (const command of [program, ...program.commands]) {
  command
    .exitOverride()
    .showHelpAfterError(
      `(${command === program ? 'patchwright' : `patchwright ${command.name()}`} --help tells what there is)`,
    );
}

try {
  await program.parseAsync();
} catch (error) {
  const aws = remedyWords(error);
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
  } else if (error instanceof BadInput) {
    for (const fault of error.faults) process.stderr.write(`patchwright: ${fault}\n`); // what is to be pasted stands as it is
    process.exitCode = BAD_INPUT;
  } else if (error instanceof PolicyFaults) {
    for (const line of error.message.split('\n')) process.stderr.write(`patchwright: ${line}\n`);
    process.exitCode = BAD_INPUT;
  } else if (aws) {
    for (const line of aws) process.stderr.write(`patchwright: ${line}\n`);
    process.exitCode = AWS_SAID_NO;
  } else {
    throw error;
  }
}
