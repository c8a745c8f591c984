/**
 * Findings in whatever they come wrapped in: what `aws inspector2 list-findings` writes, a list, one finding, one per line, or the
 * events that EventBridge sent.
 */
import { BadInput } from '../../bad-input.ts';
import { documentsOf, HOW_TO_EXPORT } from './documents.ts';

/** An entry of an export with the place that messages name: `findings[12]`, `page 2 findings[3]`, `line 7 detail`. */
export interface Entry {
  file: string;
  place: string;
  value: unknown;
}

export interface Export {
  entries: Entry[];
  cut: string[]; // files whose last page says that there is more: somebody stopped paging
  otherEvents: number; // events about something else than a finding
}

/** Throws BadInput naming file, place and remedy of a document that holds no findings. */
export function readExport(files: readonly string[]): Export {
  const found: Export = { entries: [], cut: [], otherEvents: 0 };
  for (const file of files) {
    const documents = documentsOf(file);
    for (const [number, { line, value }] of documents.entries()) {
      const front = documents.length === 1 ? '' : isList(value) ? `page ${number + 1} ` : `line ${line} `;
      readDocument(value, front, file, found);
    }
    const last = documents.at(-1)?.value;
    if (isObject(last) && (isToken(last.nextToken) || isToken(last.NextToken))) found.cut.push(file);
  }
  return found;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readDocument(value: unknown, front: string, file: string, found: Export): void {
  const list = listOf(value);
  if (list) {
    for (const [place, each] of list.entries()) {
      if (isPage(each)) readDocument(each, `${front}[${place}] `, file, found);
      else readOne(each, `${front}findings[${place}]`, file, found);
    }
  } else if (isObject(value) && (isEvent(value) || isFinding(value) || isSecurityHubs(value))) {
    readOne(value, `${front}${isEvent(value) ? 'event' : 'finding'}`, file, found);
  } else {
    const has = isObject(value)
      ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`
      : typeof value;
    throw new BadInput([
      `${file}: ${front}is ${has}, where findings of Inspector were expected. Remedy: ${HOW_TO_EXPORT}`,
    ]);
  }
}

function readOne(value: unknown, place: string, file: string, found: Export): void {
  if (isSecurityHubs(value)) {
    throw new BadInput([
      `${file}: ${place} is in the format of Security Hub, which does not say what Inspector's own does. Remedy: ${HOW_TO_EXPORT}`,
    ]);
  }
  if (!isEvent(value)) found.entries.push({ file, place, value: isFromPowerShell(value) ? lowerKeys(value) : value });
  else if (isFinding(value.detail)) found.entries.push({ file, place: `${place}.detail`, value: value.detail });
  else found.otherEvents += 1;
}

/** `Findings`: of Security Hub, and of AWS Tools for PowerShell, which write every key with a capital. */
function listOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  const list = value.findings ?? value.Findings;
  return Array.isArray(list) ? list : null;
}

const isList = (value: unknown) => listOf(value) !== null;
const isPage = (value: unknown) => isObject(value) && isList(value);

function isFinding(value: unknown): boolean {
  return (
    isObject(value) && ('findingArn' in value || 'packageVulnerabilityDetails' in value || isFromPowerShell(value))
  );
}

function isEvent(value: unknown): value is Record<string, unknown> {
  return isObject(value) && 'detail-type' in value && 'detail' in value;
}

/** ASFF, also as an event of it, and the OCSF that the newer Security Hub writes. */
function isSecurityHubs(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (isEvent(value))
    return /^(Security Hub|Findings Imported V2)/.test(String(value['detail-type'])) || isSecurityHubs(value.detail);
  return (
    ('SchemaVersion' in value && ('ProductArn' in value || 'ProductName' in value || 'Types' in value)) ||
    'class_uid' in value
  );
}

function isFromPowerShell(value: unknown): value is Record<string, unknown> {
  return isObject(value) && 'FindingArn' in value;
}

/** All keys but those of tags, which are the person's own. */
function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      key === 'Tags' ? inner : lowerKeys(inner),
    ]),
  );
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
