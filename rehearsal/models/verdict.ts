/** What AWS says of a request that its model forbids; and what the rehearsal says of an answer of its own that AWS could not give. */
import { AwsFault, type ServiceName } from '#rehearsal/api.ts';
import { coerce } from '#rehearsal/models/coerce.ts';
import { isExcepted } from '#rehearsal/models/exceptions.ts';
import { type FaultKind, judge, type ShapeFault } from '#rehearsal/models/judge.ts';
import { modelOf } from '#rehearsal/models/model.ts';

/** Services whose requests are text: form posts, and members in query strings. */
const TEXTUAL: readonly ServiceName[] = [
  'ec2',
  'sns',
  'sts',
  'iam',
  'cloudformation',
  'elasticloadbalancing',
  'scheduler',
  'lambda',
  's3',
];

/** The input with the types of its model. Throws AwsFault where AWS would refuse it; an operation without a model passes. */
export function judgedInput(service: ServiceName, operation: string, input: unknown): unknown {
  const model = modelOf(service);
  const asked = model?.operations[operation];
  if (!model || !asked) return input;
  if (asked.input === undefined) return input;
  const typed = TEXTUAL.includes(service) ? coerce(model, asked.input, input) : input;
  const faults = judge(model, asked.input, typed).filter((fault) => !isExcepted(service, operation, 'input', fault));
  if (faults.length > 0) throw refusal(service, faults);
  return typed;
}

/** Throws where the answer is none that AWS could give: a defect of the rehearsal. */
export function judgeAnswer(service: ServiceName, operation: string, answer: unknown): void {
  const model = modelOf(service);
  const output = model?.operations[operation]?.output;
  if (!model || output === undefined) return;
  const faults = judge(model, output, answer).filter((fault) => !isExcepted(service, operation, 'output', fault));
  if (faults.length === 0) return;
  const words = faults.slice(0, 5).map(({ path, words, value }) => `${path}: ${words}, got ${shown(value)}`);
  throw new Error(`an answer that AWS could not give: ${words.join('; ')}`);
}

const CODES: Partial<Record<ServiceName, Partial<Record<FaultKind, string>> & { else: string }>> = {
  ec2: { missing: 'MissingParameter', unknown: 'UnknownParameter', else: 'InvalidParameterValue' },
  sqs: { missing: 'MissingParameter', else: 'InvalidParameterValue' },
  sns: { else: 'InvalidParameter' },
  sts: { else: 'ValidationError' },
  iam: { else: 'ValidationError' },
  cloudformation: { else: 'ValidationError' },
  elasticloadbalancing: { else: 'ValidationError' },
  monitoring: { type: 'SerializationException', else: 'ValidationError' },
  lambda: { else: 'InvalidParameterValueException' },
  s3: { else: 'InvalidArgument' },
};
const CORAL = { type: 'SerializationException', else: 'ValidationException' };

/** One fault decides the code: of the wrong type, then the first. */
function refusal(service: ServiceName, faults: ShapeFault[]): AwsFault {
  const codes: Partial<Record<FaultKind, string>> & { else: string } = CODES[service] ?? CORAL;
  const first = faults.find(({ kind }) => kind === 'type') ?? faults[0];
  const code = (first && codes[first.kind]) ?? codes.else;
  if (code === 'SerializationException' && first)
    return new AwsFault(code, `${shown(first.value)} at '${first.path}' cannot be converted: ${first.words}`);
  if (service === 'ec2' || service === 'sqs') return new AwsFault(code, plainly(first));
  const words = faults.map(
    (fault) => `Value ${quoted(fault.value)} at '${coral(fault.path)}' failed to satisfy constraint: ${fault.words}`,
  );
  const count = `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: `;
  if (service === 'sns') return new AwsFault(code, `Invalid parameter: ${first?.path} Reason: ${first?.words}`);
  const members = service === 'inspector2' ? { reason: 'FIELD_VALIDATION_FAILED', fields: fieldsOf(faults) } : {};
  return new AwsFault(code, count + words.join('; '), 400, members);
}

function fieldsOf(faults: ShapeFault[]) {
  return faults.map(({ path, words }) => ({ name: coral(path), message: words }));
}

function plainly(fault: ShapeFault | undefined): string {
  if (!fault) return '';
  if (fault.kind === 'missing') return `The request must contain the parameter ${fault.path}`;
  if (fault.kind === 'unknown') return `The parameter ${fault.path} is not recognized`;
  return `Value (${shown(fault.value)}) for parameter ${fault.path} is invalid. ${fault.words}`;
}

/** `Filters.1.Values` is told as `filters.1.member.values`. */
function coral(path: string): string {
  return path
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? `${part}.member` : part.charAt(0).toLowerCase() + part.slice(1)))
    .join('.');
}

function quoted(value: unknown): string {
  return value === null || value === undefined ? 'null' : `'${shown(value)}'`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
