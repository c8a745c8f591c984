import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isKernel, kernelVersion } from '#domain/patch/packages/debian-kernel.ts';
import { binariesOf, debianNames, sameDebianPackage } from '#domain/patch/packages/debian-names.ts';

suite('trap 20: Inspector names the source, SSM the binary', () => {
  const same: [finding: string, binary: string, why: string][] = [
    ['openssl', 'libssl3', 'library of the table'],
    ['openssl', 'libssl1.1', 'another version of its ABI'],
    ['openssl', 'libssl3t64', 'Ubuntu 24.04 marks the 64-bit time'],
    ['openssl', 'openssl', 'the source has a binary of its name'],
    ['libssl3', 'libssl3', 'a finding may name the binary itself'],
    ['glibc', 'libc6', 'table'],
    ['glibc', 'libc-bin', 'table'],
    ['curl', 'libcurl4', 'table'],
    ['curl', 'libcurl3-gnutls', 'table'],
    ['krb5', 'libgssapi-krb5-2', 'table'],
    ['xz-utils', 'liblzma5', 'table'],
    ['gnutls28', 'libgnutls30', 'table'],
    ['pam', 'libpam0g', 'table'],
    ['sqlite3', 'libsqlite3-0', 'table'],
    ['util-linux', 'libblkid1', 'table'],
    ['exim4', 'exim4-daemon-light', 'table'],
    ['libxml2', 'libxml2', 'same name'],
    ['libarchive', 'libarchive13', 'lib<source>N'],
    ['libevent', 'libevent-2.1-7', 'lib<source>-N-N'],
    ['libssh2', 'libssh2-1', 'the 2 belongs to the name'],
    ['libwebp', 'libwebp7', 'lib<source>N'],
    ['nghttp2', 'libnghttp2-14', 'lib<source>-N'],
    ['python-urllib3', 'python3-urllib3', 'python3-<x>'],
    ['jinja2', 'python3-jinja2', 'table'],
    ['python-cryptography', 'python3-cryptography', 'python3-<x>'],
    ['python3.11', 'python3.11-minimal', '<source>-minimal'],
    ['openjdk-17', 'openjdk-17-jre-headless', '<source>-jre-headless'],
    ['redis', 'redis-server', '<source>-server'],
    ['nginx', 'nginx-common', '<source>-common'],
    ['mariadb', 'mariadb-server-core', 'two parts'],
    ['postgresql-15', 'postgresql-client-15', 'part before the version'],
  ];
  for (const [source, binary, why] of same) {
    test(`${source} is ${binary}: ${why}`, () => assert.equal(sameDebianPackage(source, binary), true));
  }

  const other: [finding: string, binary: string][] = [
    ['openssl', 'libc6'],
    ['openssh', 'openssl'],
    ['libssh', 'libssh2-1'],
    ['libssl3', 'openssl'],
    ['python3.11', 'python3.12-minimal'],
    ['perl', 'libperl-critic-perl'],
    ['openjdk-11', 'openjdk-17-jre-headless'],
    ['linux', 'util-linux'],
    ['util-linux', 'linux-image-amd64'],
  ];
  for (const [source, binary] of other) {
    test(`${source} is not ${binary}`, () => assert.equal(sameDebianPackage(source, binary), false));
  }

  test('a package may have any name', () => {
    assert.equal(sameDebianPackage('constructor', 'toString'), false);
    assert.deepEqual(binariesOf('constructor'), ['constructor']);
  });

  test('the table rules out guesses: libssl3 belongs to no source of its own name', () => {
    assert.deepEqual(debianNames('libssl3'), ['libssl3', 'openssl']);
  });
});

suite('trap 20: a kernel has its version in its name', () => {
  const rows: [finding: string, offered: string, expected: boolean][] = [
    ['linux-image-6.1.0-9-amd64', 'linux-image-6.1.0-25-amd64', true],
    ['linux-image-6.1.0-9-amd64', 'linux-image-amd64', true],
    ['linux-image-6.1.0-9-amd64', 'linux-image-6.1.0-25-cloud-amd64', false],
    ['linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-25-cloud-amd64', true],
    ['linux-image-6.5.0-1014-aws', 'linux-image-6.5.0-1020-aws', true],
    ['linux-image-6.5.0-1014-aws', 'linux-image-aws', true],
    ['linux-image-6.5.0-14-generic', 'linux-image-generic-hwe-22.04', true],
    ['linux-image-6.5.0-14-generic', 'linux-image-virtual', true],
    ['linux-image-6.5.0-14-generic', 'linux-image-6.5.0-1020-aws', false],
    ['linux', 'linux-image-6.1.0-25-amd64', true],
    ['linux', 'linux-image-6.1.0-25-cloud-amd64', true],
    ['linux', 'linux-libc-dev', true],
    ['linux', 'linux-headers-6.1.0-25-amd64', false],
    ['linux-headers-6.1.0-9-amd64', 'linux-headers-6.1.0-25-amd64', true],
    ['linux-headers-6.1.0-9-amd64', 'linux-image-6.1.0-25-amd64', false],
    ['linux-base', 'linux-image-6.1.0-25-amd64', false],
    ['linux-signed-amd64', 'linux-image-6.1.0-25-cloud-amd64', true],
    ['linux-aws', 'linux-image-6.5.0-1020-aws', true],
    ['linux-aws-6.5', 'linux-image-6.5.0-1020-aws', true],
    ['linux-aws', 'linux-image-6.5.0-14-generic', false],
    ['linux-image-6.1.0-9-amd64', 'linux-libc-dev', false],
    ['linux-libc-dev', 'linux-image-6.1.0-25-amd64', false],
    ['linux-libc-dev', 'linux-libc-dev', true],
  ];
  for (const [name, offered, expected] of rows) {
    test(`${name} ${expected ? 'is' : 'is not'} ${offered}`, () =>
      assert.equal(sameDebianPackage(name, offered), expected));
  }

  test('what boots is a kernel, headers for the C library are none', () => {
    assert.equal(isKernel('linux'), true);
    assert.equal(isKernel('linux-image-6.1.0-25-amd64'), true);
    assert.equal(isKernel('linux-libc-dev'), false);
    assert.equal(isKernel('linux-headers-6.1.0-25-amd64'), false);
    assert.equal(isKernel('linux-base'), false);
    assert.equal(isKernel('linuxptp'), false);
  });

  test("Ubuntu's metapackage writes its version with a dot where the image has a hyphen", () => {
    assert.equal(kernelVersion('linux-image-aws', '6.5.0.1014.14'), '6.5.0-1014.14');
    assert.equal(kernelVersion('linux-image-aws', '6.5.0.1014.14~22.04.1'), '6.5.0-1014.14~22.04.1');
    assert.equal(kernelVersion('linux-image-amd64', '6.1.106-3'), '6.1.106-3');
    assert.equal(kernelVersion('other', '6.5.0.1014.14'), '6.5.0.1014.14');
  });
});
