import type { JSX } from "preact";
import type { Sample, Value } from "../../api/answers";
import { canMoveSample, listOrder, moveSample, openSampleRow } from "../../data/sampleWalk";
import { t } from "../../i18n";
import { count } from "../../lib/format";
import { metricHint, metricLabel } from "../../metrics";
import { Button } from "../../ui";
import { Modes } from "./conversation/Conversation";
import { hasMessages, type Mode } from "./conversation/readingMode";
import { LAYOUTS, layout } from "./drawerLayout";
import { ScalarValue } from "./scalars/ScalarValue";

/** The numbers that the head shows where the sample has them. */
const FACTS = ["reward", "ref_reward", "reward_gap", "n_tokens", "finish_reason", "advantage", "k3_mean"];

export interface HeadProps {
  sample: Sample | null;
  /** How the sample is read. */
  mode: Mode;
  onClose: () => void;
}

/** Which sample this is, its first numbers, and the ways on from it. */
export function Head({ sample, mode, onClose }: HeadProps): JSX.Element {
  const row = openSampleRow();
  return (
    <header class="drawer-head">
      <div class="drawer-title">
        <Button quiet label={t("sample.close")} onClick={onClose} testId="drawer-close">
          ✕
        </Button>
        <Button
          quiet
          label={t("sample.previous")}
          disabled={!canMoveSample(sample, -1)}
          onClick={() => void moveSample(-1, sample)}
          testId="sample-prev"
        >
          ▲
        </Button>
        <Button
          quiet
          label={t("sample.next")}
          disabled={!canMoveSample(sample, 1)}
          onClick={() => void moveSample(1, sample)}
          testId="sample-next"
        >
          ▼
        </Button>
        <h2>
          {sample === null
            ? t("sample.loading")
            : t("sample.title", { step: sample.step, split: sample.split })}
          {row >= 0 && (
            <span class="muted">
              {" "}
              {t("sample.of", { i: count(row + 1), n: count(listOrder.value.total) })}
            </span>
          )}
        </h2>
        {sample !== null && hasMessages(sample) && <Modes mode={mode} />}
        <LayoutButtons />
      </div>
      {sample !== null && (
        <dl class="facts">
          {FACTS.map((name) => [name, sample.scalars[name] ?? sample.texts[name]?.shown] as const).map(
            ([name, value]) =>
              value === undefined || value === null ? null : <Fact key={name} name={name} value={value} />,
          )}
        </dl>
      )}
    </header>
  );
}

function Fact({ name, value }: { name: string; value: Value }): JSX.Element {
  return (
    <div data-fact={name}>
      <dt title={metricHint(name)}>{metricLabel(name)}</dt>
      <dd>
        <ScalarValue value={value} />
      </dd>
    </div>
  );
}

const SIGN = { over: "◨", split: "◫", full: "▣" } as const;

function LayoutButtons(): JSX.Element {
  return (
    <span class="layouts">
      {LAYOUTS.map((name) => (
        <Button
          key={name}
          quiet={layout.value !== name}
          pressed={layout.value === name}
          label={t(`sample.layout.${name}`)}
          testId={`layout-${name}`}
          onClick={() => {
            layout.value = name;
          }}
        >
          {SIGN[name]}
        </Button>
      ))}
    </span>
  );
}
