/** Of the package: what wrote a campaign's evidence says so, since words and rules may change between versions. */
export const VERSION = '0.1.0';
