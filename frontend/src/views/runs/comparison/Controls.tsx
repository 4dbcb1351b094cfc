/** What is compared: metric, and the steps and split of either side. */

import type { JSX } from "preact";
import type { RunInfo } from "../../../api/answers";
import { t } from "../../../i18n";
import { metricHint, metricLabel } from "../../../metrics";
import { type Selection, select, selection } from "../../../state/selection";
import { Button, NumberField, Select } from "../../../ui";
import { comparedMetric, missingMetric, sharedMetrics } from "./comparisonQuery";

function Steps({ side }: { side: "a" | "b" }): JSX.Element {
  const field = (end: "min" | "max"): JSX.Element => {
    const name = `${side}_${end}` as const;
    return (
      <NumberField
        integer
        width={56}
        label={t(`runs.steps.${end}`, { side: side.toUpperCase() })}
        testId={`compare-${name}`}
        value={selection.value[name]}
        onCommit={(value) => select({ [name]: value, pair: "" } as Partial<Selection>)}
      />
    );
  };
  return (
    <span class="compare-steps">
      <span class="muted">{t("runs.steps")}</span>
      {field("min")}
      <span class="muted">–</span>
      {field("max")}
    </span>
  );
}

function SplitOf({ b }: { b: RunInfo }): JSX.Element | null {
  if (b.splits.length < 2) return null;
  const options = ["", ...b.splits].map((value) => ({
    value,
    label: value === "" ? t("runs.split.same") : value,
  }));
  return (
    <Select
      label={t("runs.split")}
      testId="compare-split"
      value={selection.value.split_b}
      options={options}
      onChange={(split_b) => select({ split_b, pair: "" })}
    />
  );
}

export function Controls({ a, b, swap }: { a: RunInfo; b: RunInfo; swap: () => void }): JSX.Element {
  const metric = comparedMetric(a, b);
  const missing = missingMetric(a, b);
  return (
    <div class="tools compare-tools">
      <span class="compare-side">
        <b class="run-letter run-letter-a">A</b> <bdi title={a.run}>{a.run}</bdi>
        <Steps side="a" />
      </span>
      <Button quiet hotKey="x" label={t("runs.swap")} testId="compare-swap" onClick={swap}>
        ⇄
      </Button>
      <span class="compare-side">
        <b class="run-letter run-letter-b">B</b> <bdi title={b.run}>{b.run}</bdi>
        <Steps side="b" />
        <SplitOf b={b} />
      </span>
      {metric !== null && (
        <Select
          label={t("runs.metric")}
          labelShown
          testId="compare-metric"
          value={metric}
          options={sharedMetrics(a, b).map((name) => ({
            value: name,
            label: metricLabel(name),
            hint: metricHint(name),
          }))}
          onChange={(compared) => select({ compared, pair: "" })}
        />
      )}
      {missing !== null && (
        <span class="odd" data-testid="compare-missing">
          {t("runs.metric.missing", {
            metric: metricLabel(missing.metric),
            sides: missing.sides.join(t("runs.metric.both")),
          })}
        </span>
      )}
      <Button
        quiet
        label={t("runs.comparison.close")}
        testId="compare-stop"
        onClick={() => select({ run_b: "", pair: "" })}
      >
        ✕
      </Button>
    </div>
  );
}
