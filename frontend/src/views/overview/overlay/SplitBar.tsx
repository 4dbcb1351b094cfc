/** By which text column curves are split: the choice, and one legend of its values for all charts. */

import type { JSX } from "preact";
import { cssColour, RUN_ROLES } from "../../../charts/shared/chartColours";
import { splitColumn } from "../../../data/compare/byValue";
import { kindColumns } from "../../../data/compare/kindColumns";
import { run } from "../../../data/runs";
import { t, translate } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { select, selected } from "../../../state/selection";
import { adoptStyles, Button, Select } from "../../../ui";
import css from "./overlay.css?inline";
import type { ValueCurves } from "./useValues";
import "./words";

export function SplitBar({ values }: { values: ValueCurves }): JSX.Element | null {
  adoptStyles(css);
  const columns = kindColumns.value;
  if (columns.length === 0) return <UnknownColumn />;
  const by = splitColumn.value;
  return (
    <>
      <Select
        value={by}
        label={t("split_by.column")}
        labelShown
        options={[
          { value: "", label: t("split_by.none") },
          ...columns.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(name) => select({ split_by: name })}
        testId="split-by"
      />
      {by !== "" && <Legend values={values} />}
      <UnknownColumn />
    </>
  );
}

/** What is said of a link's column that the run does not have, or not yet. */
function UnknownColumn(): JSX.Element | null {
  const [by, columns, info] = [selected.split_by.value, kindColumns.value, run.value];
  if (by === "" || columns.includes(by) || info === null || info.state === "indexing") return null;
  const slots = { run: info.run, by, columns: columns.join(", ") };
  return (
    <span class="odd" data-testid="split-unknown">
      {t(columns.length > 0 ? "split_by.unknown" : "split_by.unknown_none", slots)}
      <Button quiet label={t("split_by.unknown.undo")} onClick={() => select({ split_by: "" })}>
        ✕
      </Button>
    </span>
  );
}

function Legend({ values: { answer, error, loading, overlays } }: { values: ValueCurves }): JSX.Element {
  if (error !== null) return <span class="odd">{translate(error.message)}</span>;
  if (answer === null)
    return <span class="muted">{loading ? t("split_by.loading") : t("split_by.no_charts")}</span>;
  const hidden = answer.samples.slice(overlays.length);
  const rest = {
    n: formatCount(answer.rest_values + hidden.length),
    samples: formatCount(answer.rest_samples + hidden.reduce((sum, n) => sum + n, 0)),
  };
  return (
    <ul
      class="overlay-legend"
      aria-label={t("split_by.legend", { by: answer.by })}
      data-testid="split-legend"
    >
      {overlays.map(({ overlaid }, k) => (
        <li key={overlaid.run} title={t("split_by.samples", { n: formatCount(answer.samples[k] ?? 0) })}>
          <i style={{ background: cssColour(RUN_ROLES[overlaid.place] ?? "muted") }} />
          <bdi>{overlaid.run === "" ? t("split_by.empty") : overlaid.run}</bdi>
          <span class="muted number">{formatCount(answer.samples[k] ?? 0)}</span>
        </li>
      ))}
      {answer.rest_values + hidden.length > 0 && <li class="muted">{t("split_by.rest", rest)}</li>}
      {answer.without > 0 && (
        <li class="muted">{t("split_by.without", { n: formatCount(answer.without) })}</li>
      )}
      {answer.values.length === 0 && answer.without === 0 && <li class="muted">{t("split_by.nothing")}</li>}
    </ul>
  );
}
