/** A secret in a text, or what looks like one. */
export interface Finding {
  /** What it is, with its article, as in "a GitHub token". Never the value. */
  kind: string;
  /** Where its value begins in the text, in UTF-16 code units. */
  start: number;
  /** Where its value ends; what is there is no part of it. */
  end: number;
  /** How many code units at its start may be shown: what its makers put before every value, no part of the secret. */
  kept: number;
}
