// TypeScript runs as it is, which Node does from 22.18 on. `npm ci` brings a Node of its own where install scripts may run.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `patchwright needs Node 22.18 or later, this is ${process.versions.node}. ` +
      'Remedy: run it by npm after "npm ci" (which brings Node 24 with its install scripts allowed: npm rebuild node), or install Node 24.',
  );
  process.exit(2);
}
