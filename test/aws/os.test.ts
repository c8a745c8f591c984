import assert from 'node:assert/strict';
import { test } from 'node:test';
import { osOf } from '#aws/os.ts';

for (const [type, name, version, os] of [
  ['Linux', 'Debian GNU/Linux', '12', 'DEBIAN'],
  ['Linux', 'Ubuntu', '22.04', 'UBUNTU'],
  ['Linux', 'Amazon Linux', '2', 'AMAZON_LINUX_2'],
  ['Linux', 'Amazon Linux', '2023', 'AMAZON_LINUX_2023'],
  ['Linux', 'Amazon Linux AMI', '2018.03', null],
  ['Linux', 'Red Hat Enterprise Linux', '9.4', 'REDHAT_ENTERPRISE_LINUX'],
  ['Linux', 'Red Hat Enterprise Linux Server', '7.9', 'REDHAT_ENTERPRISE_LINUX'],
  ['Linux', 'SLES', '15.5', 'SUSE'],
  ['Linux', 'CentOS Stream', '9', 'CENTOS'],
  ['Linux', 'Oracle Linux Server', '8.9', 'ORACLE_LINUX'],
  ['Linux', 'Rocky Linux', '9.3', 'ROCKY_LINUX'],
  ['Linux', 'AlmaLinux', '9.3', 'ALMA_LINUX'],
  ['Windows', 'Microsoft Windows Server 2022 Datacenter', '10.0.20348', 'WINDOWS'],
  ['Windows', 'Microsoft Windows 11 Pro', '10.0.22631', null],
  ['Linux', 'Fedora Linux', '44', null],
  ['Linux', 'Bottlerocket', '1.20', null],
  ['MacOS', 'macOS', '14.5', null],
  ['', '', '', null],
] as const) {
  test(`${name || 'nothing'} ${version} is ${os}`, () => assert.equal(osOf(type, name, version), os));
}
