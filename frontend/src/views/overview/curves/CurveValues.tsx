import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { cssColour } from "../../../charts/shared/chartColours";
import { hoveredStep } from "../../../charts/shared/hoveredStep";
import { type CurveValue, nearestIndex, nearestLogged } from "../../../charts/shared/series";
import { t } from "../../../i18n";
import { formatNumber, formatPercent } from "../../../lib/format";
import { selected } from "../../../state/selection";

export interface CurveValuesProps {
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
}

/** Characters of names and numbers that fit into one row of a narrow card, and those that fit beside the step. */
const ONE_ROW = 46;
const BESIDE_STEP = 36;
const NUMBER = 7;

const lengthOf = (lines: readonly CurveLine[]): number =>
  lines.reduce((sum, { label }) => sum + label.length + NUMBER, 0);

/** What a line has at a place; between two of its points, where another run has more steps, the nearer one. */
function valueAt(values: CurveLine["values"], at: number): CurveValue {
  if (values[at] !== undefined) return values[at];
  const before = values.findLastIndex((value, i) => i < at && value !== undefined);
  const behind = values.findIndex((value, i) => i > at && value !== undefined);
  if (at < 0 || before < 0 || behind < 0) return undefined;
  return values[at - before <= behind - at ? before : behind];
}

const valueText = (line: CurveLine, value: CurveValue): string =>
  line.isShare === true ? formatPercent(value) : formatNumber(value);

/** What changes with the step: the place that is read, and the words of each line. */
function wordsOf(x: readonly number[], lines: readonly CurveLine[]) {
  // A metric of every tenth step is read at the nearest step that has it, and that step is named.
  const main = lines.at(-1)?.values ?? [];
  const at = computed(() => {
    const step = hoveredStep.value ?? selected.step.value;
    return step === null ? -1 : nearestLogged(main, nearestIndex(x, step));
  });
  return {
    values: lines.map((line) => computed(() => valueText(line, valueAt(line.values, at.value)))),
    hasStep: computed(() => x[at.value] !== undefined),
    step: computed(() => t("overview.curves.at_step", { step: x[at.value] ?? "" })),
  };
}

/** Name and value of every line at the step under the pointer, else at the selected step. */
export function CurveValues({ x, lines }: CurveValuesProps): JSX.Element {
  // Signals as texts: another step writes the numbers of ten charts, and compares nothing else of them.
  const words = useMemo(() => wordsOf(x, lines), [x, lines]);
  const length = lengthOf(lines);
  const isLong = length > ONE_ROW;
  // The step is the last to have room: the charts beside say it as well, and their rows stay in line.
  const saysStep = words.hasStep.value && (isLong || length <= BESIDE_STEP);
  return (
    <p class={`overview-readout${isLong ? " overview-readout-many" : ""}`}>
      {lines.map((line, i) => (
        <span key={line.key}>
          <i style={{ background: cssColour(line.colour) }} />
          <span class="overview-name">{line.label}</span> <b>{words.values[i]}</b>
        </span>
      ))}
      {saysStep && <span class="muted">{words.step}</span>}
    </p>
  );
}
