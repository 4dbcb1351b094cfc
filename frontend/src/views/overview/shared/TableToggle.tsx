import type { JSX } from "preact";
import { t } from "../../../i18n";
import { Button } from "../../../ui";

/** Between a drawing and its numbers as a table. */
export function TableToggle({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }): JSX.Element {
  return (
    <Button quiet pressed={on} label={t("overview.table")} onClick={() => onChange(!on)}>
      ≣
    </Button>
  );
}
