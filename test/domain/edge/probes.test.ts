import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTACKS, attackProbe, benignProbe, controls, FAMILIES, PLACES, probesOf } from '#domain/edge/probes.ts';
import { type BenignRequest, PROBE_HEADER } from '#domain/edge/site.ts';

const BENIGN: BenignRequest = {
  id: 'comment',
  method: 'POST',
  target: '/comment?draft=1',
  headers: [['accept-language', 'ko']],
  body: { kind: 'form', of: { text: 'credit union members select …' } },
  owner: 'web-team',
  deliberately: null,
};

test('every attack has a family and places that are known, and an id of its own', () => {
  assert.ok(ATTACKS.length >= 55);
  assert.equal(new Set(ATTACKS.map(({ id }) => id)).size, ATTACKS.length);
  for (const { id, family, places } of ATTACKS) {
    assert.ok(FAMILIES.some((known) => known === family) && family !== 'control' && family !== 'benign', id);
    assert.ok(places.length > 0 && places.every((place) => PLACES.includes(place)), id);
  }
  const families = new Set<string>(ATTACKS.map(({ family }) => family));
  for (const family of FAMILIES) assert.ok(families.has(family) || family === 'control' || family === 'benign', family);
});

test('nothing in an attack waits, writes, deletes, or names a host that is anybody’s', () => {
  for (const { id, text } of ATTACKS) {
    assert.doesNotMatch(
      text,
      /sleep|benchmark\(|waitfor|pg_sleep|drop\s|delete\s|insert\s|update\s|into outfile|\brm\b|shutdown|wget|curl|\bnc\b/i,
      id,
    );
    for (const [, host = ''] of text.matchAll(/[a-z]+:\/\/([^/\s"'}]+)/gi))
      assert.match(
        host,
        /^(patchwright\.invalid|192\.0\.2\.\d+|198\.51\.100\.\d+|203\.0\.113\.\d+|filter|text|id|www\.w3\.org|sqlmap\.org\)?|nmap\.org)$/,
        `${id}: ${host}`,
      );
  }
});

test('every probe carries our header with its id, and an agent unless it is about agents', () => {
  const probes = probesOf('/', [BENIGN]);
  assert.equal(new Set(probes.map(({ id }) => id)).size, probes.length);
  for (const { id, headers, place } of probes) {
    assert.deepEqual(
      headers.filter(([name]) => name === PROBE_HEADER),
      [[PROBE_HEADER, id]],
    );
    const agents = headers.filter(([name]) => name === 'user-agent').length;
    assert.ok(agents === 1 || (place === 'agent' && agents === 0), id);
  }
});

test('a request line and headers that a client may send: no blank, no control character, no other than one byte', () => {
  for (const { id, target, headers } of probesOf('/shop/', [BENIGN])) {
    assert.match(target, /^\/[\x21-\x7e]*$/, id);
    for (const [name, value] of headers) {
      assert.match(name, /^[a-z0-9-]+$/, id);
      assert.match(value, /^[\x20-\x7e]*$/, id);
    }
  }
});

test('controls come first, benign requests last', () => {
  const order = probesOf('/', [BENIGN]).map(({ family }) => family);
  assert.deepEqual(order.slice(0, 2), ['control', 'control']);
  assert.equal(order.at(-1), 'benign');
  assert.deepEqual(
    controls('/x').map(({ method, target }) => `${method} ${target}`),
    ['GET /x', 'POST /x'],
  );
});

const script = { id: 'x', family: 'xss', text: "<a b='c;d'>", places: [] } as const;
for (const [place, target, body, header] of [
  ['query', '/?q=%3Ca%20b%3D%27c%3Bd%27%3E', null, null],
  ['form', '/', 'q=%3Ca%20b%3D%27c%3Bd%27%3E', ['content-type', 'application/x-www-form-urlencoded']],
  ['json', '/', JSON.stringify({ q: script.text }), ['content-type', 'application/json']],
  ['cookie', '/', null, ['cookie', "q=<a b='c%3Bd'>"]],
  ['header', '/', null, ['referer', script.text]],
  ['path', "/%3Ca%20b='c;d'%3E", null, null],
  ['agent', '/', null, ['user-agent', script.text]],
  ['origin', '/', 'amount=1', ['origin', script.text]],
] as const)
  test(`an attack in the ${place}`, () => {
    const made = attackProbe({ ...script, places: [] }, place, '/');
    assert.deepEqual([made.id, made.target, made.body], [`x/${place}`, target, body]);
    if (header)
      assert.ok(
        made.headers.some(([name, value]) => name === header[0] && value === header[1]),
        JSON.stringify(made.headers),
      );
  });

test('what is written with escapes goes as it is written', () => {
  const encoded = ATTACKS.find(({ id }) => id === 'traversal-double');
  assert.ok(encoded);
  assert.equal(attackProbe(encoded, 'query', '/').target, '/?q=..%252f..%252fetc%252fpasswd');
  assert.equal(attackProbe(encoded, 'path', '/').target, '/..%252f..%252fetc%252fpasswd');
});

for (const [body, type, text] of [
  [{ kind: 'json', of: { a: 1 } }, 'application/json', '{"a":1}'],
  [{ kind: 'text', of: 'hi' }, 'text/plain', 'hi'],
  [{ kind: 'form', of: { 'a b': 'ü&' } }, 'application/x-www-form-urlencoded', 'a+b=%C3%BC%26'],
  [
    { kind: 'multipart', of: { file: 'x' } },
    'multipart/form-data; boundary=patchwright-part',
    '--patchwright-part\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--patchwright-part--\r\n',
  ],
] as const)
  test(`a benign body: ${body.kind}`, () => {
    const made = benignProbe({ ...BENIGN, body });
    assert.equal(made.body, text);
    assert.ok(made.headers.some(([name, value]) => name === 'content-type' && value === type));
    assert.ok(made.headers.some(([name, value]) => name === 'accept-language' && value === 'ko'));
  });
