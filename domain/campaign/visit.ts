/** A visit to a page of ours, and what it gets, without anything of how AWS brings the two. */

export interface Visit {
  method: string;
  path: string;
  query: Record<string, string>;
  contentType: string; // without parameters, in small letters; '' where there is none
  body: string | null; // decoded; null: too long, and not looked at
  sourceIp: string;
  caller: string | null; // ARN of who signed it; null where the address asks for no signature
  userAgent: string;
}

export interface Answered {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** For the log: what became of the visit, without any secret. */
  log: Record<string, string>;
}

/** Longer bodies are refused before anything reads them. */
export const LONGEST_BODY_BYTES = 10 * 1024;
