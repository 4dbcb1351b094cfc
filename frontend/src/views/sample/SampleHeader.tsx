import type { JSX } from "preact";
import type { Sample, Value } from "../../api/answers";
import { canMoveSample, listOrder, moveSample, openSampleRow } from "../../data/sampleWalk";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { metricHint, metricLabel } from "../../metrics";
import { Button } from "../../ui";
import { ReadingModeButtons } from "./conversation/ReadingModeButtons";
import { hasMessages, type ReadingMode } from "./conversation/readingMode";
import { DRAWER_LAYOUTS, drawerLayout } from "./drawerLayout";
import { ScalarValue } from "./scalars/ScalarValue";

/** The scalars that the header shows, where the sample has them. */
const FIRST_SCALARS = [
  "reward",
  "ref_reward",
  "reward_gap",
  "n_tokens",
  "finish_reason",
  "advantage",
  "k3_mean",
];

export interface SampleHeaderProps {
  sample: Sample | null;
  /** Whether it cannot be read. */
  failed: boolean;
  /** How the sample is read. */
  mode: ReadingMode;
  onClose: () => void;
}

/**
 * The header of the drawer: which sample it is, its first scalars, buttons to the samples around it and for the layout.
 */
export function SampleHeader({ sample, failed, mode, onClose }: SampleHeaderProps): JSX.Element {
  const row = openSampleRow();
  return (
    <header class="drawer-head">
      <div class="drawer-title">
        <Button quiet label={t("sample.close")} onClick={onClose} testId="drawer-close" hotKey="Esc">
          ✕
        </Button>
        <Button
          quiet
          label={t("sample.previous")}
          disabled={!canMoveSample(sample, -1)}
          onClick={() => void moveSample(-1, sample)}
          testId="sample-prev"
          hotKey="k"
        >
          ▲
        </Button>
        <Button
          quiet
          label={t("sample.next")}
          disabled={!canMoveSample(sample, 1)}
          onClick={() => void moveSample(1, sample)}
          testId="sample-next"
          hotKey="j"
        >
          ▼
        </Button>
        <h2>
          {sample === null
            ? t(failed ? "sample.drawer" : "sample.loading")
            : t("sample.title", { step: sample.step, split: sample.split })}
          {row >= 0 && (
            <span class="muted">
              {" "}
              {t("sample.of", { i: formatCount(row + 1), n: formatCount(listOrder.value.total) })}
            </span>
          )}
        </h2>
        {sample !== null && hasMessages(sample) && <ReadingModeButtons mode={mode} />}
        <LayoutButtons />
      </div>
      {sample !== null && (
        <dl class="facts">
          {FIRST_SCALARS.map(
            (name) => [name, sample.scalars[name] ?? sample.texts[name]?.shown] as const,
          ).map(([name, value]) =>
            value === undefined || value === null ? null : (
              <HeaderScalar key={name} name={name} value={value} />
            ),
          )}
        </dl>
      )}
    </header>
  );
}

function HeaderScalar({ name, value }: { name: string; value: Value }): JSX.Element {
  const gap = name === "reward_gap" && typeof value === "number" ? value : 0;
  return (
    <div data-fact={name}>
      <dt title={metricHint(name)}>{metricLabel(name)}</dt>
      <dd class={gap < 0 ? "loss" : gap > 0 ? "win" : ""}>
        <ScalarValue value={value} />
      </dd>
    </div>
  );
}

const LAYOUT_SIGNS = { over: "◨", split: "◫", full: "▣" } as const;

function LayoutButtons(): JSX.Element {
  return (
    <span class="layouts">
      {DRAWER_LAYOUTS.map((name) => (
        <Button
          key={name}
          quiet={drawerLayout.value !== name}
          pressed={drawerLayout.value === name}
          label={t(`sample.layout.${name}`)}
          testId={`layout-${name}`}
          onClick={() => {
            drawerLayout.value = name;
          }}
        >
          {LAYOUT_SIGNS[name]}
        </Button>
      ))}
    </span>
  );
}
