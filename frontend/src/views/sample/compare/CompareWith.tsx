import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { select, selected } from "../../../state/selection";
import { Select } from "../../../ui";
import { counterparts } from "./counterparts";

/** The choice of what the response is compared with; nothing where there is nothing. */
export function CompareWith({ sample }: { sample: Sample }): JSX.Element | null {
  const found = counterparts(sample);
  if (found.length === 0) return null;
  const chosen = selected.diff_with.value;
  return (
    <span class="compare-with">
      <Select
        value={found.some(({ name }) => name === chosen) ? chosen : ""}
        options={[
          { value: "", label: t("sample.compare.nothing") },
          ...found.map(({ name, label }) => ({ value: name, label })),
        ]}
        onChange={(name) => select({ diff_with: name })}
        label={t("sample.compare.with")}
        labelShown
        testId="compare-with"
      />
    </span>
  );
}
