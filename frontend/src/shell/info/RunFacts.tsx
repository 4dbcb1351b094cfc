/** What the run is made of, in a few lines. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { formatBytes, formatCount } from "../../lib/format";
import { configSources } from "./configComparison";
import { readingLine } from "./mappingPairs";

const formatName = (name: string): string => (name === "mapping" ? t("info.formats.mapping") : name);

type FactName = "formats" | "files" | "samples" | "steps" | "splits" | "attempts" | "config" | "mapping";

/** What is said of the columns: who set them, or which of them a path tells. Guessed ones have a table of their own. */
function columnsFact(info: RunInfo): [FactName, string][] {
  if (info.mapping_guessed) return [];
  const words = info.mapping === null ? readingLine(info) : t("info.mapping.configured");
  return words === "" ? [] : [["mapping", words]];
}

function factsOf(info: RunInfo): [FactName, string][] {
  const { steps, attempts } = info;
  const sources = configSources(info);
  const settings = Object.keys(info.config).length;
  return [
    ["formats", info.formats.map(formatName).join(", ") || t("shell.no_samples.no_format")],
    ["files", t("info.files", { n: formatCount(info.files), bytes: formatBytes(info.bytes) })],
    ["samples", formatCount(info.samples)],
    [
      "steps",
      steps.count === 0
        ? "0"
        : t("info.steps", { n: formatCount(steps.count), first: steps.first ?? "", last: steps.last ?? "" }),
    ],
    ["splits", info.splits.join(", ") || "–"],
    ["attempts", attempts.map((attempt) => t("shell.attempt.option", { ...attempt })).join(", ") || "–"],
    [
      "config",
      settings === 0
        ? t("info.config.none")
        : sources.length === 0
          ? t("info.config.n", { n: settings })
          : t("info.config.from", { n: settings, sources: sources.join(", ") }),
    ],
    ...columnsFact(info),
  ];
}

export function RunFacts({ info }: { info: RunInfo }): JSX.Element {
  return (
    <dl class="run-facts" data-testid="run-facts">
      {factsOf(info).map(([name, words]) => [
        <dt key={`${name} name`}>{t(`info.fact.${name}`)}</dt>,
        <dd key={name} data-fact={name}>
          {words}
        </dd>,
      ])}
    </dl>
  );
}
