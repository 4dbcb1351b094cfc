import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ValueView } from "../../../charts/scales/valueRange";
import { t } from "../../../i18n";
import { selected } from "../../../state/selection";
import { Button } from "../../../ui";
import { type ChartLook, setLook } from "../shared/looks";

export interface CardNoteProps {
  readonly id: string;
  readonly view: ValueView;
  readonly look: ChartLook;
  /** What the values at the selected step are means of. */
  readonly noteAt: (step: number | null) => string;
  /** How many steps one point stands for. */
  readonly bucket: number;
}

/** The line under a chart: what is not on it, and what its values are. */
export function CardNote({ id, view, look, noteAt, bucket }: CardNoteProps): JSX.Element {
  // Most steps have the same words.
  const words = useMemo(() => computed(() => noteAt(selected.step.value)), [noteAt]);
  const note = words.value;
  const isDense = bucket > 1;
  const hint = [note, isDense && t("overview.binned.hint", { n: bucket })].filter(Boolean).join("\n");
  return (
    <div class="overview-note" title={hint}>
      <Outside id={id} view={view} look={look} />
      {[note, isDense && t("overview.binned", { n: bucket })].filter(Boolean).join(" · ")}
    </div>
  );
}

/** What is not on the chart, in words, and the way to see it. */
function Outside({ id, view, look }: { id: string; view: ValueView; look: ChartLook }) {
  const steps = (...why: string[]) =>
    new Set(view.marks.filter((mark) => why.includes(mark.why)).map((mark) => mark.step)).size;
  const [beyond, nonfinite, unscaled] = [steps("above", "below"), steps("nonfinite"), steps("unscaled")];
  const isZoomed = typeof look.values !== "string";
  return (
    <>
      {(beyond > 0 || isZoomed) && (
        <Button
          quiet
          hint={t(isZoomed ? "overview.look.reset.hint" : "overview.look.beyond.hint")}
          testId="look-reset"
          onClick={() => setLook(id, { values: isZoomed ? "robust" : "all" })}
        >
          <span class="odd">
            {isZoomed ? t("overview.look.reset") : t("overview.look.beyond", { n: beyond })}
          </span>
        </Button>
      )}
      {nonfinite > 0 && <span class="odd">{t("overview.look.nonfinite", { n: nonfinite })} · </span>}
      {unscaled > 0 && <span class="odd">{t("overview.look.unscaled", { n: unscaled })} · </span>}
    </>
  );
}
