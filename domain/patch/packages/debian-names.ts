/**
 * Names of Debian and Ubuntu packages. Inspector names the source there, or a binary; SSM names the binary (trap 20).
 * The table holds what conventions do not give away; sources and binaries are facts of the Debian archive.
 */
import { isOfKernel, sameKernel } from '#domain/patch/packages/debian-kernel.ts';

/** Source → its binaries. `#` stands for the version of a library's ABI: libssl3, libssl1.1, libssl3t64. */
const BINARIES: Record<string, string> = {
  acl: 'acl libacl#',
  aom: 'aom-tools libaom#',
  apache2: 'apache2 apache2-bin apache2-data apache2-utils',
  apt: 'apt apt-utils libapt-pkg#',
  avahi: 'avahi-daemon libavahi-client# libavahi-common# libavahi-common-data libavahi-core#',
  bind9: 'bind9 bind9-dnsutils bind9-host bind9-libs bind9-utils dnsutils',
  bzip2: 'bzip2 libbz2-#',
  cups: 'cups cups-client cups-common cups-daemon libcups#',
  curl: 'curl libcurl# libcurl3-gnutls libcurl4-openssl-dev',
  'cyrus-sasl2': 'libsasl2-# libsasl2-modules libsasl2-modules-db sasl2-bin',
  'db5.3': 'libdb5.3 libdb5.3t64',
  dbus: 'dbus dbus-bin dbus-daemon dbus-user-session libdbus-1-#',
  dnsmasq: 'dnsmasq dnsmasq-base dnsmasq-utils',
  dpkg: 'dpkg dpkg-dev libdpkg-perl',
  e2fsprogs: 'e2fsprogs libext2fs# libcom-err# libss# logsave',
  emacs: 'emacs-bin-common emacs-common emacs-el emacs-gtk emacs-nox',
  exim4: 'exim4 exim4-base exim4-config exim4-daemon-heavy exim4-daemon-light',
  expat: 'expat libexpat# libexpat1-dev',
  ffmpeg:
    'ffmpeg libavcodec# libavdevice# libavfilter# libavformat# libavutil# libpostproc# libswresample# libswscale#',
  file: 'file libmagic# libmagic-mgc',
  freetype: 'freetype2-demos libfreetype#',
  fribidi: 'libfribidi#',
  'gcc-12': 'gcc-12-base libgcc-s# libstdc++# libgomp#',
  'gdk-pixbuf': 'libgdk-pixbuf-2.0-# libgdk-pixbuf2.0-bin libgdk-pixbuf2.0-common',
  ghostscript: 'ghostscript libgs# libgs-common libgs10-common libgs9-common',
  git: 'git git-man',
  'glib2.0': 'libglib2.0-# libglib2.0-bin libglib2.0-data',
  glibc: 'libc6 libc6-dev libc-bin libc-dev-bin libc-l10n locales locales-all nscd',
  gnupg2: 'dirmngr gnupg gnupg-l10n gnupg-utils gpg gpg-agent gpg-wks-client gpg-wks-server gpgconf gpgsm gpgv',
  gnutls28: 'gnutls-bin libgnutls# libgnutls-dane# libgnutls-openssl#',
  imagemagick:
    'imagemagick imagemagick-6-common imagemagick-6.q16 libmagickcore-6.q16-# libmagickwand-6.q16-# libmagickcore-6.q16-6-extra',
  'isc-dhcp': 'isc-dhcp-client isc-dhcp-common isc-dhcp-server',
  jinja2: 'python3-jinja2',
  krb5: 'krb5-config krb5-locales krb5-user libgssapi-krb5-# libgssrpc# libk5crypto# libkadm5clnt-mit# libkrb5-# libkrb5support#',
  libcap2: 'libcap2 libcap2-bin libpam-cap',
  'libtasn1-6': 'libtasn1-6 libtasn1-bin',
  libx11: 'libx11-6 libx11-data libx11-xcb1',
  lz4: 'lz4 liblz4-#',
  ncurses: 'libncurses# libncursesw# libtinfo# ncurses-base ncurses-bin ncurses-term',
  nghttp2: 'libnghttp2-14 nghttp2 nghttp2-client nghttp2-server',
  nss: 'libnss3 libnss3-tools',
  openldap: 'ldap-utils libldap-# libldap-common libldap2 slapd',
  openssh: 'openssh-client openssh-server openssh-sftp-server ssh',
  openssl: 'openssl libssl# libssl-dev',
  'p11-kit': 'libp11-kit0 p11-kit p11-kit-modules',
  pam: 'libpam0g libpam0t64 libpam-modules libpam-modules-bin libpam-runtime',
  pcre2: 'libpcre2-8-0 libpcre2-16-0 libpcre2-32-0 libpcre2-posix3',
  perl: 'libperl# perl perl-base perl-modules-5.34 perl-modules-5.36 perl-modules-5.38',
  poppler: 'libpoppler# libpoppler-glib8 poppler-utils',
  procps: 'libproc2-0 libprocps8 procps',
  samba: 'libsmbclient# libwbclient# samba samba-common samba-common-bin samba-libs smbclient winbind',
  setuptools: 'python3-pkg-resources python3-setuptools',
  shadow: 'login passwd uidmap',
  sqlite3: 'libsqlite3-0 sqlite3',
  systemd:
    'libnss-myhostname libnss-systemd libpam-systemd libsystemd-shared libsystemd0 libudev1 systemd systemd-resolved systemd-sysv systemd-timesyncd udev',
  tiff: 'libtiff# libtiff-tools libtiffxx#',
  'util-linux':
    'bsdextrautils bsdutils eject fdisk libblkid1 libfdisk1 libmount1 libsmartcols1 libuuid1 mount util-linux util-linux-extra uuid-runtime',
  vim: 'vim vim-common vim-nox vim-runtime vim-tiny xxd',
  'xorg-server': 'xserver-common xserver-xorg-core xvfb',
  'xz-utils': 'liblzma# xz-utils',
  zlib: 'zlib1g zlib1g-dev',
  zstd: 'libzstd# zstd',
};

const { exact: SOURCE_OF, stems: SOURCE_OF_STEM } = inverted();

const LIBRARY_VERSION = /[-.]?\d[\d.]*[a-z]?(?:t64)?$/;
const PART =
  /-(?:bin|base|client|common|core|daemon|data|dev|extra|full|headless|jdk|jdk-headless|jre|jre-headless|libs?|locales|minimal|modules|perl|plugins?|runtime|server|tools|utils?)$/;

/** Whether a finding's package and an installed or offered binary are the same software, as far as names tell. */
export function sameDebianPackage(findingName: string, binaryName: string): boolean {
  if (findingName === binaryName) return true;
  if (isOfKernel(findingName)) return sameKernel(findingName, binaryName);
  return debianNames(binaryName).includes(findingName);
}

/** Names under which a finding may speak of a binary: itself, and its source by table, else what conventions suggest. */
export function debianNames(binary: string): string[] {
  const source = sourceOf(binary);
  return source ? unique([binary, source]) : unique([binary, ...guesses(binary)]);
}

/** The source that the table gives for a binary; null where it gives none. */
export function sourceOf(binary: string): string | null {
  return SOURCE_OF.get(binary) ?? SOURCE_OF_STEM.get(binary.replace(LIBRARY_VERSION, '')) ?? null;
}

/** Whether the table knows the name at all: where it does, a version that happens to agree is no reason to join. */
export function isKnown(name: string): boolean {
  return Object.hasOwn(BINARIES, name) || sourceOf(name) !== null;
}

/** Binaries of a source that a baseline's list may name, with * for the version of the ABI. */
export function binariesOf(source: string): string[] {
  const binaries = Object.hasOwn(BINARIES, source) ? (BINARIES[source] ?? '') : '';
  return unique([
    source,
    ...binaries
      .split(' ')
      .filter(Boolean)
      .map((binary) => binary.replace('#', '*')),
  ]);
}

/** lib<source>N, python3-<x>, <source>-common and the like. */
function guesses(binary: string): string[] {
  const names: string[] = [];
  for (const name of [binary, binary.replace(PART, ''), binary.replace(PART, '').replace(PART, '')]) {
    names.push(
      name,
      ...(name.startsWith('lib') ? library(name) : []),
      ...(name.startsWith('python') ? python(name) : []),
    );
  }
  const versioned = /^(postgresql)-(?:client|contrib|doc|plperl|plpython3|pltcl|server-dev)-(\d+)$/.exec(binary);
  if (versioned) names.push(`${versioned[1]}-${versioned[2]}`);
  return names;
}

function library(name: string): string[] {
  const once = name.replace(LIBRARY_VERSION, '');
  const stems = [once, once.replace(/-\d[\d.]*$/, '')].filter((stem) => stem.length > 4);
  return [...stems, ...[name, ...stems].map((stem) => stem.slice(3))];
}

function python(name: string): string[] {
  const module = name.replace(/^python3?-/, '');
  return module === name ? [] : [module, `python-${module}`];
}

const unique = (names: string[]) => [...new Set(names)];

function inverted() {
  const exact = new Map<string, string>();
  const stems = new Map<string, string>();
  for (const [source, binaries] of Object.entries(BINARIES)) {
    for (const binary of binaries.split(' ')) {
      if (binary.endsWith('#')) stems.set(binary.slice(0, -1).replace(/-$/, ''), source);
      else exact.set(binary, source);
    }
  }
  return { exact, stems };
}
