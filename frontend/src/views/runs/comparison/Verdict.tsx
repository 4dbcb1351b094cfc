/** Who wins on how many of the shared prompts, how sure that is, and what of the samples it is about. */

import type { JSX } from "preact";
import type { ComparedSide, Comparison, Estimate } from "../../../api/compare/answers";
import { t } from "../../../i18n";
import { formatCount, formatNumber, formatPercent, formatSigned } from "../../../lib/format";
import { metricLabel } from "../../../metrics";
import { Empty } from "../../../ui";

/** Below so many prompts a percentile interval is too narrow to be believed. */
const MIN_PROMPTS = 30;

/** Of five prompts all are won by one of two equal sides in 6 of 100 comparisons, of six in 3. */
const MIN_DECIDED = 6;

const share = (x: number): string => formatPercent(Math.round(x * 1000) / 1000);

/** What of a side is not compared, in words; "" where everything is. */
function leftOut({ without_prompt, nonfinite }: ComparedSide, letter: "A" | "B"): string {
  const words = [
    without_prompt > 0 ? t("runs.without_prompt", { n: formatCount(without_prompt), side: letter }) : "",
    nonfinite > 0 ? t("runs.nonfinite", { n: formatCount(nonfinite), side: letter }) : "",
  ];
  return words.filter(Boolean).join(" ");
}

function Shares({ data }: { data: Comparison }): JSX.Element {
  const { wins, ties, losses, compared } = data;
  const parts = [
    { kind: "a", n: wins },
    { kind: "tie", n: ties },
    { kind: "b", n: losses },
  ] as const;
  return (
    <div
      class="compare-shares"
      role="img"
      aria-label={t("runs.shares", {
        wins: formatCount(wins),
        ties: formatCount(ties),
        losses: formatCount(losses),
      })}
    >
      {parts.map(({ kind, n }) => (
        <i
          key={kind}
          class={`share-${kind}`}
          style={{ flexGrow: n / compared }}
          title={t(`runs.share.${kind}`, { n: formatCount(n) })}
        />
      ))}
    </div>
  );
}

function interval({ low, high }: Estimate, text: (x: number) => string): string {
  return t("runs.interval", { low: text(low), high: text(high) });
}

/** Whether an interval says that one side is ahead. Where no more prompts tell the sides apart, chance does as well. */
function lead({ low, high }: Estimate, middle: number, told: number): "a" | "b" | "open" {
  if (told < MIN_DECIDED) return "open";
  return low > middle ? "a" : high < middle ? "b" : "open";
}

export function Verdict({ data }: { data: Comparison }): JSX.Element {
  const { a, b, shared, compared, win_rate, mean_difference } = data;
  const notes = [
    a.split === b.split ? "" : t("runs.splits", { a: a.split, b: b.split }),
    leftOut(a, "A"),
    leftOut(b, "B"),
  ].filter(Boolean);
  const sides = t("runs.sides", {
    shared: formatCount(shared),
    only_a: formatCount(a.only_here),
    only_b: formatCount(b.only_here),
  });
  if (win_rate === null || mean_difference === null) {
    const why = shared === 0 ? "runs.nothing_shared" : "runs.nothing_valued";
    return (
      <Empty title={t(why, { metric: metricLabel(data.metric) })} testId="nothing-shared">
        <p>{sides}</p>
        {notes.map((note) => (
          <p key={note} class="odd">
            {note}
          </p>
        ))}
        <p>{t(`${why}.advice`)}</p>
      </Empty>
    );
  }
  const isFew = compared < MIN_PROMPTS || Math.max(data.wins, data.ties, data.losses) === compared;
  return (
    <div class="verdict" data-testid="verdict">
      <p class="verdict-lead">
        {t(`runs.ahead.${lead(win_rate, 0.5, data.wins + data.losses)}`)}{" "}
        <b class="number" data-testid="win-rate">
          {share(win_rate.value)}
        </b>{" "}
        <span class="number">{interval(win_rate, share)}</span>
        {" · "}
        {t("runs.mean_difference", { metric: metricLabel(data.metric) })}{" "}
        <b class="number">{formatSigned(mean_difference.value)}</b>{" "}
        <span class="number">{interval(mean_difference, formatSigned)}</span>
      </p>
      <Shares data={data} />
      <p class="number">
        {t("runs.shares", {
          wins: formatCount(data.wins),
          ties: formatCount(data.ties),
          losses: formatCount(data.losses),
        })}{" "}
        <span class="muted">{sides}</span>{" "}
        {compared < shared && (
          <span class="odd">{t("runs.without_value", { n: formatCount(shared - compared) })}</span>
        )}{" "}
        {notes.map((note) => (
          <span key={note} class="odd">{`${note} `}</span>
        ))}
      </p>
      <p class="number muted">
        {t("runs.means", {
          a: formatNumber(a.mean),
          b: formatNumber(b.mean),
          samples_a: formatCount(a.samples),
          samples_b: formatCount(b.samples),
        })}
      </p>
      <p class="muted">
        {t("runs.method", {
          resamples: formatCount(data.resamples),
          seed: data.seed,
          confidence: formatPercent(data.confidence),
        })}{" "}
        {mean_difference.method === "normal" && t("runs.method.normal")}
      </p>
      {isFew && (
        <p class="odd" data-testid="few-prompts">
          {t("runs.few_prompts")}
        </p>
      )}
    </div>
  );
}
