/** What `index.ts` leaves for the rest of the page. Types only: that file imports nothing. */

/** The names of the files that the beginning of the page needs (`start`), and of those that each view needs beside them. */
export type FilesOfViews = Readonly<Record<string, readonly string[]>>;

declare global {
  /** Questions that were asked before the page's code was there, by their address. Each is taken once. */
  var rlboardEarly: Record<string, Promise<Response>> | undefined;
}
