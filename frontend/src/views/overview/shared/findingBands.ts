import { useMemo } from "preact/hooks";
import type { StepBand } from "../../../charts/curves/StepBands";
import { seriousFindings } from "../../../data/findings/findings";
import { translate } from "../../../i18n";
import { openFinding } from "../../../shell/findings/openFinding";

/** The steps of the findings as bands on a chart; those that are about one of its metrics shade it. */
export function useFindingBands(about: readonly string[]): readonly StepBand[] {
  const found = seriousFindings.value;
  return useMemo(
    () =>
      found.map(({ id, severity, title, summary, steps: [from, to], metric }) => ({
        from,
        to,
        kind: severity,
        title: [translate(title), translate(summary)].join("\n"),
        isShaded: about.includes(metric),
        onOpen: () => openFinding(id),
      })),
    [found, about.join()],
  );
}
