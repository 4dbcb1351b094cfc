/** The dialogs of the page, of which one at most is open. */

import type { JSX } from "preact";
import { run } from "../data/runs";
import "../i18n/lazyWords";
import { HelpDialog } from "./HelpDialog";
import { MappingDialog } from "./info/ColumnMapping";
import { RunInfoDialog } from "./info/RunInfoDialog";
import { ProblemsDialog } from "./problems/ProblemsDialog";

/** The dialog that is open. */
export type DialogName = "help" | "problems" | "info" | "mapping";

export interface DialogsProps {
  open: DialogName | null;
  onClose: () => void;
}

export function Dialogs({ open, onClose }: DialogsProps): JSX.Element | null {
  const info = run.value;
  if (open === "help") return <HelpDialog onClose={onClose} />;
  if (open === "problems") return <ProblemsDialog onClose={onClose} />;
  if (info === null) return null;
  if (open === "info") return <RunInfoDialog info={info} onClose={onClose} />;
  if (open === "mapping") return <MappingDialog info={info} onClose={onClose} />;
  return null;
}
