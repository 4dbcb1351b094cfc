import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { SampleDots } from "../../../charts/samples/SampleDots";
import {
  isDrawable,
  MARK_CAPS,
  MARK_ORDERS,
  nonfiniteCount,
  orderedMarks,
  type SampleMark,
} from "../../../charts/samples/sampleMarks";
import { ChartTable } from "../../../charts/shared/ChartTable";
import { extentOf } from "../../../charts/shared/series";
import type { Answer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { selection } from "../../../state/selection";
import { Panel, Select } from "../../../ui";
import { openSample } from "../shared/openSample";
import { PANEL_HEIGHT, PanelBody } from "../shared/PanelBody";
import { markCap, markOrder } from "../shared/settings";
import { TableToggle } from "../shared/TableToggle";
import { unusableWords } from "../shared/unusableWords";
import type { StepMarks } from "./stepMarks";

/** Reward of every sample beside the reference's. */
export function RewardPanel({ step, answer }: { step: number; answer: Answer<StepMarks> }): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  return (
    <Panel
      id="overview.marks"
      title={t("overview.rewards.title", { step })}
      hint={t("overview.rewards.hint")}
      foldLabel={t("overview.fold", { title: t("overview.rewards.title", { step }) })}
      testId="panel-marks"
      tools={
        <>
          <Select
            value={markOrder.value}
            label={t("overview.rewards.order")}
            options={MARK_ORDERS.map((value) => ({ value, label: t(`overview.rewards.order.${value}`) }))}
            onChange={(value) => {
              markOrder.value = value;
            }}
          />
          <TableToggle on={asTable} onChange={setAsTable} />
        </>
      }
    >
      <PanelBody
        answer={answer}
        emptyOf={(data) =>
          hasValue(data.rewards) ? null : (unusableWords(["reward"]) ?? t("overview.rewards.empty"))
        }
      >
        {(data) => <RewardDots data={data} asTable={asTable} step={step} />}
      </PanelBody>
    </Panel>
  );
}

const MARK_NUMBERS = ["index", "value", "reference"] as const;

const hasValue = (marks: readonly SampleMark[]) => marks.some((mark) => mark.value !== null);

function RewardDots({ data, asTable, step }: { data: StepMarks; asTable: boolean; step: number }) {
  const [order, cap] = [markOrder.value, markCap.value];
  const marks = useMemo(() => orderedMarks(data.rewards, order, cap), [data, order, cap]);
  const withReference = marks.some((mark) => mark.reference !== null);
  const bad = nonfiniteCount(marks);
  return (
    <>
      <p class="overview-readout">
        <span>
          <i class="swatch-policy" /> {t("overview.legend.policy")}
        </span>
        {withReference && (
          <span>
            <i class="swatch-ref" /> {t("overview.legend.reference")}
          </span>
        )}
        {!withReference && <span class="muted">{t("overview.rewards.no_reference")}</span>}
      </p>
      {asTable ? (
        <ChartTable
          caption={t("overview.rewards.title", { step })}
          heads={[t("overview.head.sample"), t("overview.legend.policy"), t("overview.legend.reference")]}
          rows={marks.length}
          cells={(row) => MARK_NUMBERS.map((name) => formatNumber(marks[row]?.[name]))}
          height={PANEL_HEIGHT}
          thinnedText={(shown, total) => t("overview.table.thinned", { shown, total })}
        />
      ) : (
        <SampleDots
          label={spokenSummary(t("overview.rewards.title", { step }), marks)}
          height={PANEL_HEIGHT}
          marks={marks}
          selected={selection.value.sample}
          describe={markText}
          onOpen={openSample}
        />
      )}
      <ShownCount shown={marks.length} total={data.total} bad={bad} />
    </>
  );
}

function spokenSummary(title: string, marks: readonly SampleMark[]): string {
  const extent = extentOf(marks.map((mark) => mark.value));
  if (!extent) return title;
  return `${title}. ${t("overview.axis_described", { min: formatNumber(extent.min), max: formatNumber(extent.max) })}`;
}

function markText(mark: SampleMark): string {
  const { index, value, reference } = mark;
  const slots = { index, value: formatNumber(value), reference: formatNumber(reference) };
  return t(isDrawable(reference) ? "overview.rewards.both" : "overview.rewards.one", slots);
}

/** How many samples are shown and how many were left out as non-finite, with the choice of the limit. */
export function ShownCount({
  shown,
  total,
  bad,
}: {
  shown: number;
  total: number;
  bad: number;
}): JSX.Element {
  return (
    <p class="overview-note overview-shown">
      {t(shown < total ? "overview.rewards.shown" : "overview.rewards.all", { shown, total })}
      {bad > 0 && ` · ${t("overview.rewards.nonfinite", { bad })}`}
      {total > MARK_CAPS[0] && (
        <Select
          value={String(markCap.value)}
          label={t("overview.rewards.cap")}
          options={MARK_CAPS.map((cap) => ({
            value: String(cap),
            label: t("overview.rewards.at_most", { cap }),
          }))}
          onChange={(value) => {
            markCap.value = Number(value);
          }}
          testId="mark-cap"
        />
      )}
    </p>
  );
}
