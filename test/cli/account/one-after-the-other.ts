/**
 * Runs the command line once for each list of arguments (JSON, the only argument), in this one process: loading it takes longest.
 * Prints what each wrote, and its exit, as JSON.
 */
const results: { args: string[]; out: string; err: string; code: number }[] = [];
const [out, err] = [process.stdout, process.stderr];
const write = out.write.bind(out);
for (const [place, args] of (JSON.parse(process.argv[2] ?? '[]') as string[][]).entries()) {
  const result = { args, out: '', err: '', code: 0 };
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    result[stream] += text;
    return true;
  };
  Object.assign(out, { write: into('out') });
  Object.assign(err, { write: into('err') });
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  process.exitCode = 0;
  await import(`../../../cli/main.ts?${place}`);
  results.push({ ...result, code: Number(process.exitCode) });
}
process.exitCode = 0;
write(JSON.stringify(results));
