import type { JSX } from "preact";
import { t } from "../../../i18n";
import { Button } from "../../../ui";

/** The button that shows a drawing as a table of its numbers. */
export function TableToggle({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }): JSX.Element {
  return (
    <Button quiet pressed={on} label={t("overview.table")} onClick={() => onChange(!on)}>
      ≣
    </Button>
  );
}
