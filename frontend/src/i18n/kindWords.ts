import { findMessage, said } from "./messages";

/** What a kind of problem is called: in words where we have them, else its name without underscores. */
export function kindWords(kind: string): string {
  return findMessage(`shell.problem_kind.${kind}`) ?? said(kind.replaceAll("_", " "));
}
