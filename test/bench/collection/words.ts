/** What the generated collection is put together from. Chosen before anything was ranked, and to be left alone since. */

/** Something that is done, in the forms in which it is spoken of, and another word for it. */
export interface Deed {
  base: string;
  past: string;
  gerund: string;
  noun: string;
  other: string;
}

export const deeds: readonly Deed[] = `
  import imported importing import ingest
  migrate migrated migrating migration convert
  deploy deployed deploying deployment ship
  parse parsed parsing parser read
  validate validated validating validation check
  encrypt encrypted encrypting encryption scramble
  upload uploaded uploading upload send
  compress compressed compressing compression shrink
  schedule scheduled scheduling schedule plan
  archive archived archiving archive stash
  export exported exporting export dump
  index indexed indexing index catalogue
  render rendered rendering rendering draw
  cache cached caching cache remember
  retry retried retrying retry repeat
  sort sorted sorting sorting order
  merge merged merging merge combine
  delete deleted deleting deletion remove
  sign signed signing signature certify
  forward forwarded forwarding forwarding relay
  restore restored restoring restoration recover
  replicate replicated replicating replication copy
  authorize authorized authorizing authorization permit
  normalize normalized normalizing normalization clean
  publish published publishing publication announce
  resize resized resizing resizing scale
  decode decoded decoding decoding unpack
  allocate allocated allocating allocation reserve
  translate translated translating translation localize
  reconcile reconciled reconciling reconciliation balance`
  .trim()
  .split('\n')
  .map((line) => {
    const [base = '', past = '', gerund = '', noun = '', other = ''] = line.trim().split(' ');
    return { base, past, gerund, noun, other };
  });

/** Things, each with a plural in -s or -ies. */
export const things: readonly string[] = (
  'invoice attachment mailbox contact thumbnail webhook transcript voucher receipt shipment calendar reminder avatar playlist survey coupon ' +
  'passport subscription refund barcode timesheet payslip spreadsheet bookmark comment podcast subtitle waypoint sensor tariff contract ' +
  'draft newsletter campaign audience supplier warehouse parcel courier milestone certificate keypair policy inquiry delivery directory'
).split(' ');

export const plural = (thing: string): string => {
  if (thing.endsWith('y')) return `${thing.slice(0, -1)}ies`;
  return thing.endsWith('x') ? `${thing}es` : `${thing}s`;
};

/** With its article. */
export const one = (thing: string): string => `${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`;

/** Where it happens. */
export const places: readonly string[] = (
  'billing mailer crawler dashboard onboarding checkout inventory notifier reporting identity ingress media analytics compliance marketplace ' +
  'payroll loyalty telemetry moderation logistics'
).split(' ');

export const units: readonly string[] = ['service', 'worker', 'job', 'container'];

/** What goes wrong: as somebody notes it, as somebody asks for it, and as somebody asks who has other words for it. */
export interface Trouble {
  noted: string;
  asked: string;
  other: string;
}

export const troubles: readonly Trouble[] = `
  times out after thirty seconds|timing out|taking for ever
  runs out of memory|running out of memory|being killed
  fails with permission denied|denied permissions|not being allowed
  produces duplicated rows|a duplicate row|entries appearing twice
  deadlocks under load|deadlocked|waiting for each other
  loses umlauts|lost umlaut|garbled letters
  leaks connections|leaking a connection|too many clients
  ignores daylight saving|ignored daylight savings|being an hour off
  rounds the cents wrongly|wrong rounding of cents|sums that differ
  skips the last page|last pages skipped|missing entries at the end
  blocks the event loop|blocked event loops|a frozen process
  overwrites newer versions|newer version overwritten|lost changes
  hangs at shutdown|hanging while shutting down|never stopping
  rejects empty bodies|an empty body rejected|refusing blank requests
  returns stale results|stale result returned|outdated answers
  fills the disk with logs|logs filling disks|no space left
  breaks on long names|a long name breaking|crashing on titles
  exceeds the rate limit|exceeded rate limits|being throttled
  truncates large files|large file truncated|cut off documents
  swallows exceptions|swallowed exception|silent errors`
  .trim()
  .split('\n')
  .map((line) => {
    const [noted = '', asked = '', other = ''] = line.trim().split('|');
    return { noted, asked, other };
  });

/** Last parts of names in code. */
export const tails: readonly string[] =
  'handler limit filter queue guard buffer offset cursor mapper budget bridge probe'.split(' ');

export const endings: readonly string[] = 'py ts go sql yml rs'.split(' ');

/** How error messages end. */
export const reasons: readonly string[] = [
  'connection reset by peer',
  'no such file or directory',
  'unexpected end of input',
  'relation does not exist',
  'invalid byte sequence',
  'certificate has expired',
  'address already in use',
  'checksum does not match',
  'lock wait was exceeded',
  'token is not yet valid',
];

/** Titles that say little, as people write them. */
export const vagueTitles: readonly string[] = [
  'Lesson from the last incident',
  'Read this before the next release',
  'Took us half a day',
  'A trap in the setup',
  'What we found on Friday',
  'Known trouble and what helps',
];

export const causes: readonly string[] = [
  'The cause is a default in the base image that nobody had looked at.',
  'The pool is created once for each request instead of once for the process.',
  'The migration ran in another order on the test database.',
  'The environment variable is read before the file with the settings is loaded.',
  'The library changed its behaviour between two minor versions.',
  'Docker keeps the old layer, so that the build does not see the new file.',
  'The test passes because the clock is frozen, in production it is not.',
  'The transaction is open for as long as the remote call takes.',
  'A retry without a key sends the same thing again.',
  'The healthcheck answers before the connection to Postgres is there.',
];

export const remedies: readonly string[] = [
  'Restart the container and clear the volume, then run the tests again.',
  'Pin the version in the lock file until the fix is released.',
  'Set the value explicitly in the compose file and in CI.',
  'Run it in batches of five hundred and commit after each of them.',
  'Add the missing index and run analyze on the table.',
  'Use the connection of the pool, never one of your own.',
  'Move the call out of the transaction.',
  'Wait for the port before the first request is sent.',
  'Write the test first: it fails on main as well.',
  'Ask for the lock in the same order everywhere.',
];

/** What stands around it, in nearly every memory. */
export const fillers: readonly string[] = [
  'The build on CI takes twelve minutes, most of it for the container image.',
  'This was seen on the branch and on main.',
  'The error shows in the log of the server, not in the one of the client.',
  'Do not change the schema while the workers are running.',
  'It works on a fresh database and fails on one that has data in it.',
  'Nobody knows why it was written in this way, there is no test for it.',
  'The request returns 500 and the message says nothing of use.',
  'A second run of the job does not help.',
  'The documentation of the library is wrong in this point.',
  'We looked at the query plan and it was a sequential scan.',
  'The port is taken by the other project on the same machine.',
  'The token has to be renewed every day.',
  'There is a flag for it in the settings, which is off by default.',
  'Make sure that the user of the database has the right to do it.',
  'The pipeline was green because the step was skipped.',
  'It happens only with more than one process.',
  'Two agents changed the same file at the same time.',
  'The file is generated: change the template and run the script.',
  'On a laptop it is fast, in the container it is slow.',
  'The type says that the value is never null, but it is.',
  'Remember to rebase before the push.',
  'The release was rolled back once because of it.',
  'The staging system has another version of Postgres.',
  'The fixture of the test has to be updated too.',
];
