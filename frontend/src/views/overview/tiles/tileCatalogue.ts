import type { RunInfo, Steps } from "../../../api/answers";
import { stepMetricChartId } from "../catalogue/chartCatalogue";
import type { KlEstimator } from "../shared/settings";
import type { BadDirection } from "./deviation";

/** How a tile writes its number. */
export type TileUnit = "number" | "count" | "share";

/** One number of the selected step: its course over the steps, and the chart that is behind it. */
export interface TileSource {
  readonly id: TileName;
  /** The key of its name: one that stands for several metrics says which of them it is, and in what unit. */
  readonly label: `overview.tile.${Exclude<TileName, keyof typeof ONE_OF> | OneOfSeveral}`;
  /** The chart that shows the same. */
  readonly chart: string;
  readonly values: readonly (number | null)[];
  /** Metrics whose findings it is coloured by. */
  readonly metrics: readonly string[];
  readonly unit: TileUnit;
  readonly bad: BadDirection;
  /** The smallest width of its usual range that counts, in its unit. */
  readonly least: number;
}

/** In the order of the row. */
const TILE_NAMES = [
  "reward",
  "win",
  "kl",
  "length",
  "truncation",
  "groups",
  "distinct",
  "entropy",
  "mismatch",
  "critic",
  "nonfinite",
  "samples",
] as const;
export type TileName = (typeof TILE_NAMES)[number];

/** The metrics that a tile may be of; the first that the log has numbers for is shown. */
const ONE_OF = {
  length: ["n_tokens", "n_chars"],
  entropy: ["entropies_mean", "surprise_mean"],
} as const;
type OneOfSeveral = (typeof ONE_OF)[keyof typeof ONE_OF][number];

/** The metrics that findings about the number of a tile are seen by. */
const ABOUT: Readonly<Record<TileName, readonly string[]>> = {
  reward: ["reward"],
  win: ["win", "loss", "reward_gap"],
  kl: ["k3_mean", "k2_mean", "log_ratio_mean", "log_ratio_sum", "first_step_kl"],
  length: ["n_tokens", "n_chars"],
  truncation: ["truncation_share"],
  groups: ["zero_advantage_groups"],
  distinct: ["duplicate_share"],
  entropy: ["entropies_mean", "surprise_mean"],
  mismatch: ["mismatch_absmean", "token_mult_prob_error"],
  critic: ["explained_variance"],
  nonfinite: ["nonfinite"],
  samples: [],
};

/** Metrics that tiles need beside those of the charts. */
export function tileMetrics(run: RunInfo): string[] {
  return run.metrics
    .map(({ name }) => name)
    .filter((name) => name === "mismatch_absmean" || name === "nonfinite");
}

type Column = readonly (number | null)[] | undefined;
type Described = Omit<TileSource, "id" | "label" | "values" | "metrics"> & {
  readonly column: Column;
  readonly of?: OneOfSeveral | undefined;
};

/** The tiles of a run: those that the log has numbers for. */
export function tilesOf(steps: Steps, klEstimator: KlEstimator): TileSource[] {
  const mean = (name: string): Column => steps.metrics[name]?.mean;
  const first = (names: readonly OneOfSeveral[]) => {
    const of = names.find((name) => hasNumbers(mean(name)));
    return { of, column: of && mean(of) };
  };
  const ofSteps = (name: string): Column => steps.step_metrics[name];
  const number = { unit: "number", least: 0 } as const;
  const share = { unit: "share", least: 0.02 } as const;
  const all: Readonly<Record<TileName, Described>> = {
    reward: { ...number, chart: "reward", column: mean("reward"), bad: "down" },
    win: { ...share, chart: "outcome", column: ofSteps("win"), bad: "down" },
    kl: { ...number, chart: "kl", column: mean(klEstimator), bad: "up" },
    length: { ...number, chart: "length", ...first(ONE_OF.length), bad: "both" },
    truncation: { ...share, chart: "truncation", column: ofSteps("truncation_share"), bad: "up" },
    // A policy that learns solves whole groups: only a large part of them beyond what was usual is a finding.
    groups: { ...share, chart: "groups", column: ofSteps("zero_advantage_groups"), bad: "up", least: 0.25 },
    distinct: { ...share, chart: "duplicates", column: rest(ofSteps("duplicate_share")), bad: "down" },
    entropy: { ...number, chart: "entropy", ...first(ONE_OF.entropy), bad: "both" },
    mismatch: { ...number, chart: "mismatch", column: mean("mismatch_absmean"), bad: "up" },
    critic: { ...number, chart: "critic", column: ofSteps("explained_variance"), bad: "down", least: 0.05 },
    nonfinite: { unit: "count", least: 0, chart: "metric:nonfinite", column: somewhere(steps), bad: "up" },
    samples: {
      unit: "count",
      least: 0,
      chart: stepMetricChartId("n_samples"),
      column: ofSteps("n_samples"),
      bad: "never",
    },
  };
  return TILE_NAMES.flatMap((id) => {
    const { column, of, ...tile } = all[id];
    const name = isOneOfSeveral(id) ? of : id;
    if (name === undefined || !hasNumbers(column)) return [];
    return [{ ...tile, id, label: `overview.tile.${name}` as const, values: column, metrics: ABOUT[id] }];
  });
}

const hasNumbers = (column: Column): column is readonly (number | null)[] =>
  column?.some((value) => value !== null) ?? false;

const isOneOfSeveral = (id: TileName): id is keyof typeof ONE_OF => id in ONE_OF;

const rest = (column: Column): Column => column?.map((share) => (share === null ? null : 1 - share));

/** Numbers that are not finite, over all samples of each step; nothing to show where there are none in the run. */
function somewhere(steps: Steps): Column {
  const sums = steps.metrics["nonfinite"]?.sum;
  return sums?.some((sum) => (sum ?? 0) > 0) ? sums : undefined;
}
