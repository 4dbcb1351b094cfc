/** Settings of several runs side by side. */

import type { RunInfo } from "../../api/answers";
import { findMessage } from "../../i18n";
import { formatExactly } from "../../lib/format";

/** One setting, as each of the runs has it. */
export interface ConfigRow {
  name: string;
  /** One per run, in their order; undefined where the run does not have it. */
  values: readonly unknown[];
  /** Not the same in all of the runs that have it. */
  differs: boolean;
  /** Whether a run that has settings lacks this one. */
  isLacking: boolean;
}

/** Every setting of the runs, those first that decide most. Runs without any settings lack none. */
export function compareConfigs(runs: readonly RunInfo[]): ConfigRow[] {
  const configured = runs.filter(({ config }) => Object.keys(config).length > 0).length;
  const names = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))].sort(byWeight);
  return names.map((name) => {
    const values = runs.map(({ config }) => (name in config ? config[name] : undefined));
    const spelled = values.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
    return {
      name,
      values,
      differs: new Set(spelled).size > 1,
      isLacking: spelled.length < configured,
    };
  });
}

/** Settings that only some of the runs have, all with one value: two trainers name a hundred that the other lacks. */
export interface PartlyKnown {
  /** Places of the runs that have them. */
  holders: readonly number[];
  settings: readonly ConfigRow[];
}

/** Those settings by the runs that have them, in the order of the settings. */
export function partlyKnown(settings: readonly ConfigRow[]): PartlyKnown[] {
  const found = new Map<string, { holders: number[]; settings: ConfigRow[] }>();
  for (const setting of settings) {
    if (setting.differs || !setting.isLacking) continue;
    const holders = setting.values.flatMap((value, place) => (value === undefined ? [] : [place]));
    const known = found.get(holders.join()) ?? { holders, settings: [] };
    known.settings.push(setting);
    found.set(holders.join(), known);
  }
  return [...found.values()];
}

/** The settings that a training is first asked for, in this order; trainers' other names for them come as these. */
const FIRST_SETTINGS = [
  "learning_rate",
  "critic_learning_rate",
  "beta",
  "epsilon",
  "epsilon_high",
  "temperature",
  "top_p",
  "group_size",
  "max_tokens",
  "advantage_estimator",
  "gamma",
  "lam",
];

const rank = (name: string): number => {
  const at = FIRST_SETTINGS.indexOf(name);
  return at < 0 ? FIRST_SETTINGS.length : at;
};

/** What matters most first, all others by their names. */
const byWeight = (a: string, b: string): number =>
  rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true });

/** The runs that are compared before any was chosen: the one on screen, then others that have settings. */
export function initialRuns(runs: readonly RunInfo[], shown: string, most: number): string[] {
  const others = runs.filter(({ run, config }) => run !== shown && Object.keys(config).length > 0);
  return [shown, ...others.map(({ run }) => run)].slice(0, most);
}

/** A setting as text: every digit of a number, small ones in exponential notation. */
export function configText(value: unknown): string {
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  if (typeof value === "number" || value === undefined) return formatExactly(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The name that a setting has in its file stands after the file: `config.json: actor.clip_ratio`. */
const NAME_IN_FILE = /: [^:/]+$/;

/** A source in words that a user knows, with what stands behind its name; files name themselves. */
export function configSourceWords(source: string): string {
  const [name = ""] = source.split(": ", 1);
  const words = findMessage(`info.config.source.${name}`);
  return words === null ? source : words + source.slice(name.length);
}

/** The files and writers that the settings of a run came from, each once. */
export function configSources({ config, config_sources }: RunInfo): string[] {
  const sources = Object.keys(config).flatMap(
    (name) => config_sources[name]?.replace(NAME_IN_FILE, "") ?? [],
  );
  return [...new Set(sources)].sort().map(configSourceWords);
}
