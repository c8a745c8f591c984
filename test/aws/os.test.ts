import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemOf } from '#aws/os.ts';
import platforms from '../field/35-platform-names.json' with { type: 'json' };

for (const [type, name, version, os] of [
  ['Linux', 'Debian GNU/Linux', '11', 'DEBIAN'],
  ['Linux', 'Debian GNU/Linux', '12', 'DEBIAN'],
  ['Linux', 'Debian GNU/Linux', '', 'DEBIAN'],
  ['Linux', 'Ubuntu', '18.04', 'UBUNTU'],
  ['Linux', 'Ubuntu', '25.04', 'UBUNTU'],
  ['Linux', 'Amazon Linux', '2', 'AMAZON_LINUX_2'],
  ['Linux', 'Amazon Linux', '2023', 'AMAZON_LINUX_2023'],
  ['Linux', 'Red Hat Enterprise Linux', '9.4', 'REDHAT_ENTERPRISE_LINUX'],
  ['Linux', 'Red Hat Enterprise Linux', '10.0', 'REDHAT_ENTERPRISE_LINUX'],
  ['Linux', 'Red Hat Enterprise Linux Server', '7.9', 'REDHAT_ENTERPRISE_LINUX'],
  ['Linux', 'SLES', '15.3', 'SUSE'],
  ['Linux', 'CentOS Stream', '9', 'CENTOS'],
  ['Linux', 'Oracle Linux Server', '7.5', 'ORACLE_LINUX'],
  ['Linux', 'Oracle Linux Server', '8.9', 'ORACLE_LINUX'],
  ['Linux', 'Rocky Linux', '9.3', 'ROCKY_LINUX'],
  ['Linux', 'AlmaLinux', '9.3', 'ALMA_LINUX'],
  ['Windows', 'Microsoft Windows Server 2012 R2 Standard', '6.3.9600', 'WINDOWS'],
  ['Windows', 'Microsoft Windows Server 2022 Datacenter', '10.0.20348', 'WINDOWS'],
] as const) {
  test(`${name} ${version} is ${os}`, () => assert.deepEqual(systemOf(type, name, version), { os }));
}

for (const [whose, type, name, version] of [
  ['ours', 'MacOS', 'macOS', '14.5'],
  ['ours', 'Linux', 'Amazon Linux AMI', '2018.03'],
  ['ours', 'Linux', 'Raspbian GNU/Linux', '10'],
  ['aws', 'Linux', 'Debian GNU/Linux', '10'],
  ['aws', 'Linux', 'Debian GNU/Linux', '13'],
  ['aws', 'Linux', 'Ubuntu', '16.04'],
  ['aws', 'Linux', 'Ubuntu', '26.04'],
  ['aws', 'Linux', 'SLES', '15.2'],
  ['aws', 'Linux', 'SLES', '16.0'],
  ['aws', 'Linux', 'CentOS Linux', '7'],
  ['aws', 'Linux', 'Oracle Linux Server', '7.4'],
  ['aws', 'Linux', 'Rocky Linux', '10.1'],
  ['aws', 'Linux', 'AlmaLinux', '10.0'],
  ['aws', 'Linux', 'Fedora Linux', '44'],
  ['aws', 'Linux', 'Bottlerocket', '1.20'],
  ['aws', 'Windows', 'Microsoft Windows Server 2008 R2 Standard', '6.1.7601'],
  ['aws', 'Windows', 'Microsoft Windows 11 Pro', '10.0.22631'],
  ['aws', '', '', ''],
] as const) {
  test(`${name || 'nothing'} ${version} is not patched, a limit of ${whose === 'ours' ? 'this loop' : 'Patch Manager'}`, () =>
    assert.deepEqual(systemOf(type, name, version), { os: null, limit: whose }));
}

test('case 35: what SSM has baselines for, and we do not patch, is a limit of ours', () => {
  for (const { platformType, platformName, platformVersion } of platforms)
    assert.equal(systemOf(platformType, platformName, platformVersion).limit, 'ours', platformName);
});
