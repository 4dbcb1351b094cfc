import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Steps } from "../../../api/answers";
import { stepBeside } from "../../../charts/shared/series";
import { seriousFindings } from "../../../data/findings/findings";
import { t, translate } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { sparkline } from "../../../lib/sparkline";
import { selected } from "../../../state/selection";
import { klEstimator } from "../shared/settings";
import { expectedAt, isDeviating, tileSeverity, usualOfScanty } from "./deviation";
import { openChart } from "./openChart";
import { openGroupsWithoutGradient } from "./openGroups";
import { type TileSource, tilesOf } from "./tileCatalogue";
import { tileChange, tileValue } from "./tileWords";

const WIDTH = 120;
const HEIGHT = 22;

/** A narrow page has room for so many tiles side by side. */
const NARROW = 6;

/** Rows of a narrow page are equally long, or the last lacks one: ten tiles are five and five, not six and four. */
const rowOf = (tiles: number): number => Math.ceil(tiles / Math.ceil(tiles / NARROW));

/** The selected step at a glance: each number with its change and its course; what deviates is coloured. */
export function Tiles({ steps, step }: { steps: Steps; step: number }): JSX.Element | null {
  const at = steps.step.indexOf(step);
  const tiles = useMemo(() => tilesOf(steps, klEstimator.value), [steps, klEstimator.value]);
  if (at < 0) return null;
  const pin = selected.pin.value;
  const beside = pin !== null && pin !== step ? pin : stepBeside(steps.step, step, -1);
  const other = beside === null || beside === step ? -1 : steps.step.indexOf(beside);
  // The pinned step may have no samples, or none that the search leaves: said, since no change at all would look alike.
  const lacking = beside !== null && beside === pin ? t("overview.tile.no_change", { step: beside }) : "";
  const samples = steps.step_metrics["n_samples"] ?? [];
  const usual = usualOfScanty(samples, at);
  const few =
    usual === null
      ? ""
      : t("overview.tile.few", { n: formatNumber(samples[at]), usual: formatNumber(usual) });
  return (
    <section
      class="overview-tiles"
      style={{ "--tiles": tiles.length, "--tiles-a-row": rowOf(tiles.length) }}
      aria-label={t("overview.tiles", { step })}
      data-testid="tiles"
    >
      {tiles.map((tile) => (
        <Tile
          key={tile.id}
          tile={tile}
          steps={steps.step}
          at={at}
          other={other}
          lacking={lacking}
          few={few}
        />
      ))}
    </section>
  );
}

interface TileProps {
  readonly tile: TileSource;
  readonly steps: readonly number[];
  /** Places of the selected step and of the one that it is compared with; −1 where there is none. */
  readonly at: number;
  readonly other: number;
  /** What is said where the pinned step has no such number. */
  readonly lacking: string;
  /** Why the step is not judged by its numbers; empty where it is. */
  readonly few: string;
}

function Tile({ tile, steps, at, other, lacking, few }: TileProps) {
  const value = tile.values[at] ?? null;
  const step = steps[at] ?? 0;
  const expected = expectedAt(tile.values, at, tile.least);
  const isBeyond = few === "" && isDeviating(value, expected, tile.bad);
  const finding = seriousFindings.value.find(
    ({ metric, steps: [first, last] }) => tile.metrics.includes(metric) && first <= step && step <= last,
  );
  const isBroken = tile.id === "nonfinite" && (value ?? 0) > 0;
  const change = tileChange(value, tile.values[other] ?? null, tile.unit);
  const label = t(tile.label);
  const shown = tileValue(value, tile.unit);
  const hint = [
    finding === undefined ? "" : translate(finding.title),
    t(`overview.tile.${tile.id}.hint`),
    (isBeyond || isBroken) && expected !== null
      ? t("overview.tile.odd", {
          low: tileValue(expected.low, tile.unit),
          high: tileValue(expected.high, tile.unit),
        })
      : "",
    few,
    t(tile.id === "groups" ? "overview.tile.to_groups" : "overview.tile.open"),
  ];
  return (
    <button
      type="button"
      class={tileClass(tileSeverity(finding?.severity, isBeyond, isBroken))}
      title={hint.filter(Boolean).join("\n")}
      data-testid={`tile-${tile.id}`}
      onClick={() => (tile.id === "groups" ? openGroupsWithoutGradient() : openChart(tile.chart))}
    >
      <span class="overview-tile-label">{label}</span>
      <b>{shown}</b>
      <span class="overview-tile-change">
        {change === ""
          ? (value === null ? "" : lacking) || "\u00a0"
          : t("overview.tile.change", { change, step: steps[other] ?? "" })}
      </span>
      <Course values={tile.values} at={at} />
    </button>
  );
}

function tileClass(severity: "error" | "warning" | null): string {
  return severity === null ? "overview-tile" : `overview-tile overview-tile-${severity}`;
}

/** The course of the number over all steps, with a line at the selected one. */
function Course({ values, at }: { values: readonly (number | null)[]; at: number }) {
  const path = useMemo(() => sparkline(values, WIDTH, HEIGHT), [values]);
  const x = (at / Math.max(1, values.length - 1)) * WIDTH;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
      <line x1={x} x2={x} y1={0} y2={HEIGHT} />
    </svg>
  );
}
