import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingNotice } from '#views/patch/missing-notice.ts';

const of = {
  group: 'web',
  campaign: 'web-1',
  at: '2024-08-31T20:00:00.000Z',
  looks: 3,
  place: 's3://evidence/web/web-1/',
};

test('a campaign that opens under names that are not there tells each, what follows, and what to do', () => {
  const notice = missingNotice({ ...of, missing: { alarms: ['web-5xx'], calendars: ['freeze'] } });
  assert.equal(notice.subject, 'web: opened; 2 names of the policy are not there');
  assert.equal(
    notice.body,
    `Group web, campaign web-1, 2024-08-31 20:00 UTC

The campaign has opened, and its policy names what is not in this account
and Region:
  - alarm web-5xx is not there: a ring is looked at 3 times, then the
    campaign halts; none passes. Remedy: make the alarm, or mend
    gate.alarms of the group
  - change calendar freeze is not there: no wave is sent, and after
    seven days the campaign expires. Remedy: make the calendar, or mend
    window.calendars of the group

It reads a name again each time it needs it: one that is made in time
counts. A policy that is mended counts from the next campaign on.

Evidence
  s3://evidence/web/web-1/
`,
  );
  assert.deepEqual(notice.data, {
    version: 1,
    kind: 'missing',
    group: 'web',
    campaign: 'web-1',
    at: of.at,
    missing: { alarms: ['web-5xx'], calendars: ['freeze'] },
    evidence: of.place,
  });
  assert.deepEqual([notice.id, notice.topic], ['web-1.missing', 'notices']);
});

test('one name is in the subject, and a subject is what SNS takes', () => {
  const one = missingNotice({ ...of, missing: { alarms: ['web-5xx'], calendars: [] } });
  assert.equal(one.subject, 'web: opened; alarm web-5xx is not there');
  const long = missingNotice({ ...of, group: '   ', missing: { alarms: ['ü'.repeat(300)], calendars: [] } });
  assert.match(long.subject, /^[\x20-\x7e]{1,99}$/);
  assert.equal(Object.values(long.attributes).includes(''), false);
});
