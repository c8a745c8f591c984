/** AWS WAF's log as lines of text, whichever way its bytes come. */

/** A longer line is no log line of AWS WAF: they are 1.4 to 4.6 KB. */
export const LINE_BYTES = 4 << 20;

/** Lines of unpacked bytes; null for one that is too long, of which no more is kept than that. */
export async function* linesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  let rest = '';
  let skipping = false;
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const [place, line] of lines.entries()) {
      if (place === 0 && skipping) skipping = false;
      else yield line;
    }
    if (rest.length > LINE_BYTES) {
      if (!skipping) yield null;
      skipping = true;
      rest = '';
    }
  }
  if (rest !== '' && !skipping) yield rest;
}

/** Firehose may deliver records without a line break between them. */
export function parted(line: string): string[] {
  return line.includes('}{"timestamp":') ? line.split(/(?<=\})(?=\{"timestamp":)/) : [line];
}
