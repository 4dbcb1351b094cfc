import type { JSX } from "preact";
import { t } from "../../../i18n";
import { Select } from "../../../ui";
import type { ChartSource } from "../catalogue/chartCatalogue";
import { chartTitle } from "../catalogue/chartTitle";
import { cardName } from "../shared/cardIds";
import { setLook } from "../shared/looks";
import { comparedLine } from "./comparedLine";

/** Of a chart with several lines, the one that is drawn of each run or kind. `labels` name the lines. */
export function LineChoice({
  source,
  labels,
}: {
  source: ChartSource;
  labels: readonly string[];
}): JSX.Element {
  return (
    <Select
      value={comparedLine(source)?.name ?? ""}
      label={t("overview.line_choice", { title: chartTitle(source) })}
      options={source.lines.map(({ name }, i) => ({
        value: name,
        label: labels[i] ?? name,
      }))}
      onChange={(line) =>
        setLook(cardName(source.id), { line: line === source.lines.at(-1)?.name ? "" : line })
      }
      testId="compared-line"
    />
  );
}
