import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Steps } from "../../../api/answers";
import { SampleBars } from "../../../charts/samples/SampleBars";
import { type Gaps, gapsOf, nonfiniteCount, type SampleMark } from "../../../charts/samples/sampleMarks";
import { ChartTable } from "../../../charts/shared/ChartTable";
import type { Answer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatCount, formatNumber, formatPercent, formatSigned } from "../../../lib/format";
import { selection } from "../../../state/selection";
import { Panel } from "../../../ui";
import { openSample } from "../shared/openSample";
import { PANEL_HEIGHT, PanelBody } from "../shared/PanelBody";
import { TableToggle } from "../shared/TableToggle";
import { unusableWords } from "../shared/unusableWords";
import { ShownCount } from "./RewardPanel";
import type { StepMarks } from "./stepMarks";

export interface GapPanelProps {
  readonly step: number;
  readonly steps: Steps;
  readonly answer: Answer<StepMarks>;
  /** What the pinned step is, where another one is selected. */
  readonly pinned: PinnedGaps | null;
}

interface PinnedGaps {
  readonly step: number;
  readonly gaps: Gaps;
}

/** The reward gap to the reference of every sample of the step, worst first. */
export function GapPanel({ step, steps, answer, pinned }: GapPanelProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const title = t("overview.gap.title", { step });
  return (
    <Panel
      id="overview.gap"
      title={title}
      hint={t("overview.gap.hint")}
      foldLabel={t("overview.fold", { title })}
      testId="panel-gap"
      tools={<TableToggle on={asTable} onChange={setAsTable} />}
    >
      <PanelBody
        answer={answer}
        emptyOf={(data) =>
          hasValue(data.gaps) ? null : (unusableWords(["reward", "ref_reward"]) ?? t("overview.gap.empty"))
        }
      >
        {(data) => <GapBars {...{ data, asTable, title, steps, step, pinned }} />}
      </PanelBody>
    </Panel>
  );
}

const hasValue = (marks: readonly SampleMark[]) => marks.some((mark) => mark.value !== null);

interface GapBarsProps {
  readonly data: StepMarks;
  readonly asTable: boolean;
  readonly title: string;
  readonly steps: Steps;
  readonly step: number;
  readonly pinned: PinnedGaps | null;
}

function GapBars({ data, asTable, title, steps, step, pinned }: GapBarsProps) {
  const gaps = useMemo(() => gapsOf(data.gaps), [data]);
  const slots = { win: formatCount(gaps.win), tie: formatCount(gaps.tie), loss: formatCount(gaps.loss) };
  const counts = t("overview.gap.counts", slots);
  return (
    <>
      <p class="overview-readout">
        <span>
          <i class="swatch-pos" /> {t("overview.gap.win", slots)}
        </span>
        <span>
          <i class="swatch-tie" /> {t("overview.gap.tie", slots)}
        </span>
        <span>
          <i class="swatch-neg" /> {t("overview.gap.loss", slots)}
        </span>
      </p>
      {asTable ? (
        <ChartTable
          caption={title}
          heads={[t("overview.head.rank"), t("overview.head.sample"), t("overview.head.reward_gap")]}
          rows={gaps.marks.length}
          cells={(row) => [
            formatNumber(row + 1),
            formatNumber(gaps.marks[row]?.index),
            formatSigned(gaps.marks[row]?.value),
          ]}
          height={PANEL_HEIGHT}
          thinnedText={(shown, total) => t("overview.table.thinned", { shown, total })}
        />
      ) : (
        <SampleBars
          label={`${title}. ${counts}`}
          height={PANEL_HEIGHT}
          bars={gaps.marks}
          beside={pinned?.gaps.marks.map(({ value }) => value) ?? null}
          selected={selection.value.sample}
          describe={(bar) => t("overview.gap.one", { index: bar.index, value: formatSigned(bar.value) })}
          onOpen={openSample}
        />
      )}
      {pinned !== null && <Pinned {...pinned} />}
      {data.gaps.length < data.total && <WholeStep steps={steps} step={step} />}
      <ShownCount shown={data.gaps.length} total={data.total} bad={nonfiniteCount(data.gaps)} />
    </>
  );
}

/** How the pinned step fared: the dashed line, in numbers. */
function Pinned({ step, gaps: { win, tie, loss } }: PinnedGaps) {
  const all = win + tie + loss;
  if (all === 0) return <p class="overview-note">{t("overview.gap.pinned_none", { step })}</p>;
  const [w, l] = [win, loss].map((n) => formatPercent(n / all));
  return (
    <p class="overview-note" data-testid="gap-pinned">
      <i class="swatch-pinned" /> {t("overview.gap.pinned", { step, win: w ?? "", loss: l ?? "" })}
    </p>
  );
}

/** Shares over all samples of the step, where the bars show only some of them. */
function WholeStep({ steps, step }: Pick<GapBarsProps, "steps" | "step">) {
  const i = steps.step.indexOf(step);
  const [win, tie, loss] = ["win", "tie", "loss"].map((name) => steps.step_metrics[name]?.[i] ?? null);
  if (win == null || tie == null || loss == null) return null;
  return (
    <p class="overview-note">
      {t("overview.gap.whole", {
        win: formatPercent(win),
        tie: formatPercent(tie),
        loss: formatPercent(loss),
      })}
    </p>
  );
}
