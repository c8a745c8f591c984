/** Per kind of input two hundred made ones, each with the reason that is right by construction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Baseline, Finding, Os, VulnerablePackage } from '#domain/patch/model.ts';
import { fromInspector } from '#domain/patch/packages/comparable.ts';
import type { FateContext } from '#domain/patch/plan/finding-fate.ts';
import type { FindingFate } from '#domain/patch/records.ts';
import { finding, rule } from '../domain/fleet.ts';
import { fateWith } from './case.ts';

const INPUTS = 200;

interface Made {
  os: Os;
  packages: VulnerablePackage[];
  over?: Partial<Finding>;
  rows?: { KBId: string; Title: string; State?: string }[];
  baseline?: Partial<Baseline>;
  context?: Partial<FateContext>;
  right: FindingFate['fate'];
  says?: RegExp;
}

const YUM: Os[] = [
  'AMAZON_LINUX_2',
  'AMAZON_LINUX_2023',
  'REDHAT_ENTERPRISE_LINUX',
  'ROCKY_LINUX',
  'ALMA_LINUX',
  'ORACLE_LINUX',
];
const RPM: Os[] = [...YUM, 'SUSE'];
const AT_ONCE = [rule({ PRODUCT: ['*'] }, { approveAfterDays: 0 })];
const AMAZON: Os[] = ['AMAZON_LINUX_2', 'AMAZON_LINUX_2023'];
const middle = (os: Os) => (AMAZON.includes(os) ? 'Medium' : 'Moderate');

const rpmOs = fc.constantFrom(...RPM);
const int = (min: number, max: number) => fc.integer({ min, max });
const arch = fc.constantFrom('X86_64', 'AARCH64', 'NOARCH');
const name = fc.constantFrom('openssl-libs', 'curl', 'perl', 'python3', 'libxml2', 'glibc', 'sudo', 'bind-export-libs');
const epoch = fc.constantFrom(0, 0, 1, 4, 32);

const rpmPackage = fc.record({
  name,
  arch,
  epoch,
  major: int(1, 9),
  minor: int(0, 40),
  release: int(2, 400),
  tag: fc.constantFrom('amzn2', 'el8_4.1', 'el9'),
});
type RpmPackage = typeof rpmPackage extends fc.Arbitrary<infer T> ? T : never;

/** Vulnerable in release - 1, fixed in release; `form` is one of the ways in which Inspector writes the fix. */
function told(each: RpmPackage, form: number): VulnerablePackage {
  const version = `${each.major}.${each.minor}`;
  const fix = `${version}-${each.release}.${each.tag}`;
  const forms = [
    `${each.epoch}:${fix}`,
    `${each.epoch}:${fix}.${each.arch}`,
    `${each.epoch}:${fix}.${each.arch.toLowerCase()}`,
  ];
  return fromInspector({
    name: each.name,
    arch: each.arch,
    epoch: each.epoch,
    version,
    release: `${each.release - 1}.${each.tag}`,
    packageManager: 'OS',
    fixedInVersion: forms[form % forms.length],
  });
}

const rowOf = (each: RpmPackage, later: number, State = 'Missing') => ({
  KBId: `${each.name}.${each.arch.toLowerCase()}`,
  Title: `${each.name}.${each.arch.toLowerCase()}:${each.epoch}:${each.major}.${each.minor}-${each.release + later}.${each.tag}`,
  State,
});

const KINDS: Record<string, fc.Arbitrary<Made>> = {
  'epochs and archs: offered at the fix or later': fc
    .tuple(rpmOs, rpmPackage, int(0, 2), int(0, 9))
    .map(([os, each, form, later]) => ({
      os,
      packages: [told(each, form)],
      rows: [rowOf(each, later)],
      right: 'fix',
    })),
  'epochs and archs: only an older one is offered': fc
    .tuple(rpmOs, rpmPackage, int(0, 2), int(1, 2))
    .map(([os, each, form, earlier]) => ({
      os,
      packages: [told(each, form)],
      rows: [rowOf(each, -earlier)],
      baseline: { rules: AT_ONCE },
      right: 'not-offered',
      says: /which offers .* only/,
    })),
  'a kernel of Ubuntu, by one name or the other': fc
    .tuple(
      fc.constantFrom('aws', 'azure', 'generic', 'gcp'),
      fc.constantFrom('image', 'headers'),
      int(1000, 1100),
      int(-20, 20),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([flavour, kind, abi, step, byMeta, asMeta]) => {
      const meta = (n: number) => [`linux-${kind}-${flavour}`, `5.15.0.${n}.31~20.04.16`] as const;
      const real = (n: number) => [`linux-${kind}-5.15.0-${n}-${flavour}`, `5.15.0-${n}.31~20.04.1`] as const;
      const [installed] = (byMeta ? meta : real)(abi - 1);
      const [, fixedInVersion] = (byMeta ? meta : real)(abi);
      const [offered, version] = (asMeta ? meta : real)(abi + step);
      const [, was] = (byMeta ? meta : real)(abi - 1);
      return {
        os: 'UBUNTU' as const,
        packages: [
          fromInspector({
            name: installed,
            version: was,
            arch: 'X86_64',
            packageManager: 'OS',
            fixedInVersion: `0:${fixedInVersion}`,
          }),
        ],
        rows: [{ KBId: `${offered}.amd64`, Title: `${offered}.amd64:${version}` }],
        right: step >= 0 ? ('fix' as const) : ('not-offered' as const),
      };
    }),
  'another kernel line': fc
    .tuple(
      fc.constantFrom(...AMAZON, 'SUSE' as const),
      fc.constantFrom(['4.14.355', '5.15.189'], ['5.4.190', '5.10.240'], ['6.1.97', '6.12.20'], ['5.14.21', '6.4.0']),
      int(1, 300),
      fc.constantFrom('kernel', 'kernel-tools', 'kernel-headers', 'kernel-default'),
      fc.boolean(),
    )
    .map(([os, [installed = '', fixed = ''], release, kernel, isOffered]) => ({
      os,
      packages: [
        fromInspector({
          name: kernel,
          version: installed,
          release: `${release}.amzn2`,
          arch: 'X86_64',
          packageManager: 'OS',
          fixedInVersion: `0:${fixed}-${release}.amzn2`,
        }),
      ],
      rows: isOffered
        ? [{ KBId: `${kernel}.x86_64`, Title: `${kernel}.x86_64:0:${installed}-${release + 1}.amzn2` }]
        : [],
      right: 'not-offered' as const,
      says: new RegExp(
        `line ${fixed.split('.').slice(0, 2).join('\\.')}, .* line ${installed.split('.').slice(0, 2).join('\\.')}`,
      ),
    })),
  'Ubuntu Pro': fc
    .tuple(
      fc.constantFrom('freeglut3', 'python3.8', 'libssl1.1', 'curl'),
      int(1, 40),
      fc.constantFrom('~esm1', '+esm1', '+esm2', '~esm12', '+esm1.1', '+Fips1'),
    )
    .map(([each, n, mark]) => ({
      os: 'UBUNTU' as const,
      packages: [
        fromInspector({
          name: each,
          version: `2.8.${n}-3`,
          arch: 'ALL',
          packageManager: 'OS',
          fixedInVersion: `0:2.8.${n}-3ubuntu0.1${mark}`,
        }),
      ],
      right: 'not-offered' as const,
      says: /Ubuntu Pro/,
    })),
  'a wait that may still run': fc
    .tuple(rpmOs, rpmPackage, int(1, 60), int(0, 400), fc.constantFrom('Critical', 'Important'))
    .map(([os, each, days, age, vendorSeverity]) => ({
      os,
      packages: [told(each, 0)],
      over: {
        vendorSeverity,
        firstObservedAt: new Date(Date.parse('2025-07-01T00:00:00Z') - age * 86_400_000).toISOString(),
      },
      baseline: {
        rules: [
          rule({ CLASSIFICATION: ['Security'], SEVERITY: ['Critical', 'Important'] }, { approveAfterDays: days }),
        ],
      },
      right: 'not-offered' as const,
      says: new RegExp(`${days} days after release`),
    })),
  'a severity that no rule takes': fc
    .tuple(rpmOs, rpmPackage, int(0, 9), fc.boolean())
    .map(([os, each, days, isLow]) => ({
      os,
      packages: [told(each, 0)],
      over: { vendorSeverity: isLow ? 'Low' : middle(os) },
      baseline: {
        rules: [
          rule({ CLASSIFICATION: ['Security'], SEVERITY: ['Critical', 'Important'] }, { approveAfterDays: days }),
        ],
      },
      right: 'not-approved' as const,
      says: /never approves it: of severity/,
    })),
  "another system's words": fc
    .tuple(
      rpmOs,
      rpmPackage,
      fc.constantFrom(
        ['CriticalUpdates', 'SecurityUpdates'],
        ['SecurityUpdates'],
        ['security'],
        ['SECURITY'],
        ['Bugfix'],
      ),
      int(0, 9),
      fc.boolean(),
    )
    .map(([os, each, words, days, isGlobal]) => {
      const filters = { CLASSIFICATION: [...words] };
      return {
        os,
        packages: [told(each, 0)],
        over: { vendorSeverity: 'Important' },
        baseline: isGlobal
          ? { rules: [rule({ PRODUCT: ['*'] }, { approveAfterDays: days })], globalFilters: filters }
          : { rules: [rule(filters, { approveAfterDays: days })] },
        right: 'not-approved' as const,
        says: /never approves it: of classification/,
      };
    }),
  'severity words of another vendor': fc.tuple(rpmOs, rpmPackage).map(([os, each]) => ({
    os,
    packages: [told(each, 0)],
    over: { vendorSeverity: middle(os) },
    baseline: { rules: [rule({ SEVERITY: [AMAZON.includes(os) ? 'Moderate' : 'Medium'] }, { approveAfterDays: 0 })] },
    right: 'not-approved' as const,
  })),
  'SSM says available and not approved': fc
    .tuple(int(5_000_000, 5_999_999), fc.boolean(), int(0, 30))
    .map(([kb, isNear, days]) => ({
      os: 'WINDOWS' as const,
      packages: [],
      over: { vulnerabilityId: `KB${kb}`, vendorSeverity: 'Critical' },
      rows: [
        { KBId: `KB${kb}`, Title: `Update (KB${kb})`, State: 'AvailableSecurityUpdate' },
        ...(isNear ? [{ KBId: `KB${kb + 1}`, Title: `Update (KB${kb + 1})`, State: 'Missing' }] : []),
      ],
      baseline: { rules: [rule({ CLASSIFICATION: ['SecurityUpdates'] }, { approveAfterDays: days })] },
      right: 'not-approved' as const,
      says: new RegExp(`SSM calls KB${kb} available`),
    })),
  'rejected, in any form of rpm': fc.tuple(rpmOs, rpmPackage, int(0, 15)).map(([os, each, form]) => {
    const [n, a, e] = [each.name, each.arch.toLowerCase(), each.epoch];
    const [v, r] = [`${each.major}.${each.minor}`, `${each.release}.${each.tag}`];
    const forms = [
      n,
      `${n}.${a}`,
      `${n}-${v}-${r}.${a}`,
      `${n}-${v}`,
      `${n}-${v}-${r}`,
      `${e}:${n}-${v}-${r}.${a}`,
      `${n}-${e}:${v}-${r}.${a}`,
      `${n}-${e}:${v}-${r}`,
      v,
      `${v}-${r}`,
      `${e}:${v}-${r}`,
      `${n}.${a}:${e}:${v}-${r}`,
      `${n.slice(0, 2)}*`,
      `${n.slice(0, -1)}?`,
      `${n.slice(0, -1)}[${n.slice(-1)}z]`,
      `${n.toUpperCase()}-*:${v}-${r}.${a}`,
    ];
    return {
      os,
      packages: [told(each, 1)],
      baseline: { rejected: ['nothing', forms[form] ?? n] },
      right: 'rejected' as const,
    };
  }),
  'rejected, in any form of apt': fc
    .tuple(
      fc.constantFrom('DEBIAN' as const, 'UBUNTU' as const),
      fc.constantFrom('curl', 'tar', 'sudo', 'libxml2'),
      int(1, 40),
      fc.constantFrom('AMD64', 'X86_64', 'ALL'),
      int(0, 8),
    )
    .map(([os, n, minor, a, form]) => {
      const v = `7.${minor}.1-10+deb12u6`;
      const forms = [
        n,
        v,
        `${n}.amd64`,
        `${n}-${v}`,
        `amd64:${v}`,
        `${n}.amd64:${v}`,
        `${n.slice(0, -1)}?`,
        `${n}-7.*`,
        `[!z]${n.slice(1)}`,
      ];
      return {
        os,
        packages: [fromInspector({ name: n, version: '0-1', arch: a, packageManager: 'OS', fixedInVersion: `0:${v}` })],
        baseline: { rejected: [forms[form] ?? n] },
        right: 'rejected' as const,
      };
    }),
  'another entry rejects nothing': fc.tuple(fc.constantFrom(...YUM), rpmPackage, int(0, 6)).map(([os, each, form]) => {
    const [n, v, r] = [each.name, `${each.major}.${each.minor}`, `${each.release}.${each.tag}`];
    const forms = [
      `${n}x`,
      `${n}-${v}-${each.release + 1}.${each.tag}`,
      `${n}.s390x`,
      `${each.epoch + 1}:${v}-${r}`,
      `?${n}`,
      `${n}[!a]`,
      `CVE-2024-1111`,
    ];
    return {
      os,
      packages: [told(each, 0)],
      baseline: { rejected: [forms[form] ?? n], rules: AT_ONCE },
      right: 'not-offered' as const,
    };
  }),
  'beside a kernel, under NoReboot': fc
    .tuple(
      fc.constantFrom(...AMAZON),
      fc.constantFrom(
        'kernel-livepatch-6.1.97-104.177',
        'kernel-headers',
        'kernel-devel',
        'kernel-tools',
        'kernel6.12-headers',
        'kernel-tools-libs',
      ),
      int(1, 90),
      fc.constantFrom('Missing', 'Failed', 'InstalledPendingReboot'),
    )
    .map(([os, n, release, State]) => ({
      os,
      packages: [
        fromInspector({
          name: n,
          version: '6.1.97',
          release: `${release - 1}.amzn2023`,
          arch: 'X86_64',
          packageManager: 'OS',
          fixedInVersion: `0:6.1.97-${release}.amzn2023`,
        }),
      ],
      rows: [{ KBId: `${n}.x86_64`, Title: `${n}.x86_64:0:6.1.97-${release}.amzn2023`, State }],
      context: { reboot: 'NoReboot' as const },
      right: 'fix' as const,
    })),
  'a kernel, under NoReboot': fc
    .tuple(
      fc.constantFrom('AMAZON_LINUX_2023' as const, 'SUSE' as const, 'REDHAT_ENTERPRISE_LINUX' as const),
      fc.constantFrom('kernel', 'kernel6.12', 'kernel-default', 'kernel-core', 'kernel-uek'),
      int(1, 90),
      fc.constantFrom('Missing', 'InstalledPendingReboot'),
    )
    .map(([os, n, release, State]) => ({
      os,
      packages: [
        fromInspector({
          name: n,
          version: '6.1.97',
          release: `${release - 1}.1`,
          arch: 'X86_64',
          packageManager: 'OS',
          fixedInVersion: `0:6.1.97-${release}.1`,
        }),
      ],
      rows: [{ KBId: `${n}.x86_64`, Title: `${n}.x86_64:0:6.1.97-${release}.1`, State }],
      context: { reboot: 'NoReboot' as const },
      right: 'reboot-pending' as const,
    })),
  'half of a language': fc
    .tuple(rpmOs, rpmPackage, fc.constantFrom('GOBINARY', 'PIP', 'NODEPKG', 'JAR'), fc.boolean())
    .map(([os, each, manager, isOffered]) => {
      const own = told(each, 0);
      return {
        os,
        packages: [own, { name: 'golang.org/x/crypto', arch: null, version: 'v0.28.0', fixedIn: '0.35.0', manager }],
        rows: isOffered ? [rowOf(each, 0)] : [],
        right: 'not-os-package' as const,
        says: new RegExp(`${manager}.*${own.name} \\(fixed in`),
      };
    }),
};

for (const [kind, inputs] of Object.entries(KINDS)) {
  test(`${INPUTS} inputs, 0 wrong: ${kind}`, () => {
    const wrong = fc.sample(inputs, { numRuns: INPUTS, seed: 20_261_101 }).flatMap((made) => {
      const given = finding({ packages: made.packages, ...made.over });
      const said = fateWith(made.os, given, made.rows ?? [], made.baseline ?? {}, made.context);
      const isRight =
        said.fate === made.right && (made.says?.test(said.words) ?? true) && said.approvedFrom === undefined;
      return isRight ? [] : [`${said.fate} instead of ${made.right}: ${said.words} ${JSON.stringify(made)}`];
    });
    assert.deepEqual(wrong, []);
  });
}

test('property: words speak of "approved" only where a row or a rule of SSM says so', () => {
  const all = fc.oneof(...Object.values(KINDS));
  fc.assert(
    fc.property(all, (made) => {
      const said = fateWith(
        made.os,
        finding({ packages: made.packages, ...made.over }),
        made.rows ?? [],
        made.baseline ?? {},
        made.context,
      );
      if (!/\bapproved\b/i.test(said.words)) return;
      const byRow = (made.rows ?? []).some(({ State }) => State === 'AvailableSecurityUpdate');
      assert.ok(byRow || said.fate === 'not-approved', said.words);
    }),
    { numRuns: 2000 },
  );
});
