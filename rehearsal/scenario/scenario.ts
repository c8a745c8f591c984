/** Scenario files: reading them, and saying of each fault in one where it is and what would be right. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { AdvisoryFile } from '#rehearsal/fleet/advisories.ts';
import type { ExportedFinding } from '#rehearsal/fleet/host.ts';
import { misfits } from '#rehearsal/scenario/checks.ts';
import { ENGINE_FAULTS, type EngineFaultText, type WorldFault } from '#rehearsal/scenario/fault-format.ts';
import type { ScenarioText } from '#rehearsal/scenario/format.ts';
import { readTraffic } from '#rehearsal/scenario/site-checks.ts';
import { BadScenario, parseScenario, remedyFor } from '#rehearsal/scenario/text.ts';
import type { Lines } from '#rehearsal/site/visitors.ts';

/** A scenario with its data read. `file` is where it came from. */
export interface Scenario extends ScenarioText {
  file: string;
  data: AdvisoryFile[];
  /** Hosts of a real findings export, by instance id: they have and show exactly what it says. */
  exported?: Record<string, ExportedFinding[]>;
  /** Requests of the files that a site's `traffic` names, by the site's name. */
  requests?: Record<string, Partial<Lines>>;
}

/** Throws BadScenario with every fault at once. Paths of advisories are relative to the scenario's folder. */
export function loadScenario(file: string): Scenario {
  const { text, place } = parseScenario(readText(file, 'the scenario'), file);
  const data = text.advisories.map((path) => readAdvisories(resolve(dirname(file), path)));
  const faults = misfits(text, data).map(
    ({ path, problem, word, known, otherwise }) =>
      `${place(path)}: ${problem}. Remedy: ${remedyFor(word, known, otherwise)}`,
  );
  const traffic = readTraffic(text, file);
  faults.push(...traffic.faults);
  if (faults.length > 0) throw new BadScenario(faults);
  return { ...text, file, data, requests: traffic.requests };
}

export function listScenarios(dir: string): { name: string; title: string; file: string }[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('.yml'));
  return files.sort().map((name) => {
    const file = join(dir, name);
    const { text } = parseScenario(readText(file, 'the scenario'), file);
    return { name: basename(name, '.yml'), title: text.title, file };
  });
}

export function isWorldFault(fault: WorldFault | EngineFaultText): fault is WorldFault {
  return !ENGINE_FAULTS.includes(fault.do);
}

/** When a fault happens by itself, epoch milliseconds; null: at once, or `on` says when. */
export function timeOfFault(scenario: Scenario, fault: WorldFault | EngineFaultText): number | null {
  if (fault.at) return Date.parse(fault.at);
  return fault.after ? Date.parse(scenario.start) + milliseconds(fault.after) : null;
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BadScenario([`${file}: ${what} cannot be read (${code}). Remedy: check the path`]);
  }
}

export function readAdvisories(file: string): AdvisoryFile {
  const text = readText(file, 'the advisories');
  try {
    return JSON.parse(text) as AdvisoryFile;
  } catch (error) {
    throw new BadScenario([`${file}: not JSON (${(error as Error).message}). Remedy: restore the file`]);
  }
}
