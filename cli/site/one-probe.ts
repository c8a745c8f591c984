import { benignProbe, type Probe } from '#domain/edge/probes.ts';
import { BadInput } from '../bad-input.ts';

export interface ProbeFlags {
  header?: string[];
  body?: string;
}

/** `GET /style==xxx` as a probe: path and query go as they are written. Throws BadInput for what is no request. */
export function oneProbe(request: string, { header = [], body }: ProbeFlags): Probe {
  const faults: string[] = [];
  const [, method = '', target = ''] = /^([A-Z]{1,16}) (\/[\x21-\x7e]*)$/.exec(request) ?? [];
  if (!method)
    faults.push(
      `${request}: is no request. Remedy: write method, then path and query as they are sent: 'GET /style==xxx'`,
    );
  const headers = header.flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\t\x20-\x7e]*)$/.exec(line) ?? [];
    if (name !== undefined) return [[name.toLowerCase(), value]];
    faults.push(`--header ${line}: is no header. Remedy: write for example --header 'user-agent: x'`);
    return [];
  });
  if (faults.length) throw new BadInput(faults);
  const type = headers.some(([name]) => name === 'content-type');
  const probe = benignProbe({ id: 'probe', method, target, headers, body: null, owner: '', deliberately: null });
  const named: Probe = { ...probe, id: 'probe', family: 'own' };
  if (body === undefined) return named;
  const form: [string, string][] = type ? [] : [['content-type', 'application/x-www-form-urlencoded']];
  return { ...named, body, headers: [...form, ...probe.headers] };
}
