/** What `index.ts` leaves for the rest of the page. Types only: that file imports nothing. */

/** The names of the files that the beginning of the page needs (`start`), and of those that each view needs beside them. */
export type FilesOfViews = Readonly<Record<string, readonly string[]>>;

/** Questions that were asked before the page's code was there, by their address. Each is taken once. */
export type EarlyQuestions = Record<string, Promise<Response>>;

/** What tells which run the page will choose. */
export interface KnownRun {
  run: string;
  splits: string[];
  same_as?: string;
}

declare global {
  /** Undefined once the page has asked its first questions. */
  var rlboardEarly: EarlyQuestions | undefined;
}
