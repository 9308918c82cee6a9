import type { Finding } from './finding.ts';
import { isMask, isRandom } from './value.ts';

/**
 * What a kind of key looks like. A pass over a text takes time in proportion to its length: in a pattern no quantifier stands in
 * another, and none without an upper bound stands before anything.
 */
type Row = [
  kind: string,
  pattern: RegExp,
  /** How many of its first characters tell the kind and nothing else; 4 at most. */
  prefix: number,
  /** Whether what matched is one. */
  accepts?: (match: string) => boolean,
];

/** Names in code and prose share some prefixes: `sk-loading-indicator`. */
const drawn = (match: string): boolean => isRandom(match.slice(3)) || isRandom(match.slice(3).replace(/[_-]/g, ''));

function hasHeader(match: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(match.slice(0, match.indexOf('.')), 'base64url').toString());
    return typeof header === 'object' && header !== null && 'alg' in header;
  } catch {
    return false;
  }
}

/**
 * A Clambake token (server/instance/token.ts): 256 bits in base64url and nothing about them that tells. So is a SHA-256 without its
 * padding, which is seldom written so.
 */
function isDrawnToken(match: string): boolean {
  const mixed = /[a-z]/.test(match) && /[A-Z]/.test(match) && drawn(match);
  // A cursor is text in base64url, and 43 characters long at times.
  return mixed && !/^[\x20-\x7e]*$/.test(Buffer.from(match, 'base64url').toString('latin1'));
}

// As their makers document them. secretlint, whose rules these might have been, asks for Node 22 since its version 12.1, runs as an
// asynchronous pipeline, and has no rule for Stripe, Google or Hugging Face keys, JWTs, bearer tokens and assignments among those it recommends.
const rows: Row[] = [
  ['an AWS access key id', /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, 4],
  ['a GitHub token', /gh[pousr]_[A-Za-z0-9]{30,}/g, 4],
  ['a GitHub token', /github_pat_[A-Za-z0-9_]{22,}/g, 4],
  ['a GitLab token', /gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{20,}/g, 4, drawn],
  ['a Slack token', /xox[abeoprs]-[A-Za-z0-9.-]{10,}/g, 4, (match) => /\d/.test(match)],
  ['a Slack token', /xapp-\d-[A-Za-z0-9-]{10,}/g, 4],
  ['a Slack webhook', /hooks\.slack\.com\/(?:services|workflows|triggers)\/T\w{5,20}\/\w{5,20}\/\w{16,}/g, 0],
  ['a Discord webhook', /discord(?:app)?\.com\/api\/webhooks\/\d{10,25}\/[\w-]{50,}/g, 0],
  ['a Stripe key', /[sr]k_(?:live|test)_[A-Za-z0-9]{10,}/g, 3],
  ['a webhook secret', /whsec_[A-Za-z0-9+/=]{20,}/g, 4, drawn],
  ['an npm token', /npm_[A-Za-z0-9]{36,}/g, 4],
  ['a PyPI token', /pypi-[\w-]{50,}/g, 4, drawn],
  ['a SendGrid key', /SG\.[\w-]{16,32}\.[\w-]{16,}/g, 3],
  ['a Twilio key', /SK[0-9a-f]{32}(?![A-Za-z0-9])/g, 2],
  ['a Google API key', /AIza[\w-]{35,}/g, 4],
  ['a Google OAuth token', /ya29\.[\w-]{20,}/g, 4],
  ['a Google client secret', /GOCSPX-[\w-]{20,}/g, 4],
  ['an Anthropic key', /sk-ant-[\w-]{20,}/g, 4, drawn],
  ['an OpenAI key', /sk-[\w-]{20,}/g, 3, drawn],
  ['a Hugging Face token', /hf_[A-Za-z0-9]{30,}/g, 3],
  ['a DigitalOcean token', /do[opr]_v1_[0-9a-f]{64,}/g, 4],
  ['an Azure account key', /(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}/g, 0],
  [
    'an Azure shared access signature',
    /sig=[A-Za-z0-9+/%]{43,}={0,2}/g,
    0,
    (match) => /(?:%3D|=)$/i.test(match.slice(4)),
  ],
  ['an Azure client secret', /[\w~.-]{3}\dQ~[\w~.-]{31,}/g, 0],
  ['a JSON Web Token', /(?<![\w-])eyJ[\w-]{8,2000}\.[\w-]{2,8000}\.[\w-]{8,}/g, 3, hasHeader],
  ['a Telegram bot token', /\d{8,10}:AA[\w-]{33,}/g, 0],
  ['a Discord bot token', /[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g, 0, isRandom],
  ['a Shopify token', /shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32,}/g, 4],
  ['a Square token', /sq0[a-z]{3}-[\w-]{22,}/g, 3, drawn],
  ['a Mailchimp key', /[0-9a-f]{32}-us\d{1,2}(?!\w)/g, 0],
  ['a Docker Hub token', /dckr_(?:pat|oat)_[\w-]{20,}/g, 4],
  ['a Vault token', /hv[sbr]\.[\w-]{24,}/g, 3, drawn],
  ['a Terraform token', /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/g, 0],
  ['a Grafana token', /gl(?:sa|c)_[A-Za-z0-9+/=_]{32,}/g, 4],
  ['a Linear key', /lin_(?:api|oauth)_[A-Za-z0-9]{32,}/g, 4],
  ['a Notion token', /ntn_[A-Za-z0-9]{40,}/g, 4],
  ['a Figma token', /figd_[\w-]{38,}/g, 4],
  ['a Postman key', /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g, 4],
  ['a New Relic key', /NRAK-[A-Z0-9]{27}/g, 4],
  ['a Sentry token', /sntry[su]_[\w+/=-]{40,}/g, 4],
  ['a Supabase token', /sbp_[0-9a-f]{40,}/g, 4],
  ['a Supabase key', /sb_secret_[\w-]{20,}/g, 3],
  ['a PlanetScale token', /pscale_(?:tkn|oauth|pw)_[\w.=-]{32,}/g, 4],
  ['a Databricks token', /dapi[0-9a-f]{32}(?![A-Za-z0-9])/g, 4],
  ['a Doppler token', /dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}/g, 3],
  ['a Groq key', /gsk_[A-Za-z0-9]{40,}/g, 4],
  ['an xAI key', /xai-[A-Za-z0-9]{60,}/g, 4],
  ['a Replicate token', /r8_[A-Za-z0-9]{37,}/g, 3],
  ['a Perplexity key', /pplx-[A-Za-z0-9]{40,}/g, 4],
  ['a RubyGems key', /rubygems_[0-9a-f]{48}/g, 4],
  ['an Atlassian token', /AT(?:ATT|CTT|BB)[A-Za-z0-9][\w=-]{20,}/g, 4, drawn],
  ['a 1Password token', /ops_eyJ[\w-]{100,}/g, 4],
  ['an age key', /AGE-SECRET-KEY-1[0-9A-Z]{58}/g, 4],
  ['a Clambake token', /(?<![\w+/-])[\w-]{43,}(?![\w+/=-])/g, 0, (match) => match.length === 43 && isDrawnToken(match)],
];

/** Every known shape, the more telling first. */
const shapes = rows.map(([kind, pattern, prefix, accepts]) => ({
  kind,
  // What stands within a longer word is none. Looked for in the pattern: a match that is thrown away would have been read in vain.
  pattern: new RegExp(`(?<![A-Za-z0-9])${pattern.source}`, 'g'),
  prefix,
  accepts,
}));

/** Finds keys that are known by their shape, the more telling kinds first. */
export function* findShapes(text: string): Generator<Finding> {
  for (const { kind, pattern, prefix, accepts } of shapes) {
    for (const { 0: match, index } of text.matchAll(pattern)) {
      // ghp_xxxxxxxx: as a document shows it.
      if (isMask(match.slice(prefix)) || isMask(match.replace(/^\w{2,12}[_-]/, ''))) continue;
      if (accepts?.(match) === false) continue;
      yield { kind, start: index, end: index + match.length, kept: prefix };
    }
  }
}
