import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { paddedRange } from "../scales/linearScale";
import { AxisFrame } from "../shared/AxisFrame";
import { cssColour } from "../shared/chartColours";
import { walkMarks } from "./markKeys";
import { isDrawable, type SampleMark } from "./sampleMarks";

export interface SampleDotsProps {
  readonly label: string;
  readonly height: number;
  readonly marks: readonly SampleMark[];
  readonly selected: string | null;
  /** One line about a mark, for the pointer and for reading aloud. */
  readonly describe: (mark: SampleMark) => string;
  readonly onOpen: (id: string) => void;
}

/** One dot per sample for the policy and one for the reference, side by side along the samples. */
export function SampleDots(props: SampleDotsProps): JSX.Element {
  const { marks, selected, describe, onOpen } = props;
  const [at, setAt] = useState<number | null>(null);
  const current = at === null ? undefined : marks[at];
  // Few samples can afford to be seen, many must not cover each other.
  const dotClass = marks.length <= 200 ? "chart-dots chart-dots-few" : "chart-dots";
  const nearest = (x: number) => Math.min(Math.max(Math.round(x), 0), marks.length - 1);
  return (
    <div class="chart-with-line">
      <AxisFrame
        label={props.label}
        height={props.height}
        xRange={[-0.5, Math.max(marks.length, 1) - 0.5]}
        isCounted
        yRange={paddedRange(marks.flatMap((mark) => [mark.value, mark.reference]))}
        onHover={(x) => setAt(x === null || marks.length === 0 ? null : nearest(x))}
        onPick={(x) => {
          const mark = x === null ? current : marks[nearest(x)];
          if (mark) onOpen(mark.id);
        }}
        onKey={(event) => walkMarks(event, marks, at, setAt, onOpen)}
      >
        {({ x, y, top, bottom }) => (
          <>
            {current && <line class="chart-hover" x1={x(at ?? 0)} x2={x(at ?? 0)} y1={top} y2={bottom} />}
            <path
              class={dotClass}
              stroke={cssColour("ref")}
              d={dots(marks, (mark) => mark.reference, x, y)}
            />
            <path class={dotClass} stroke={cssColour("policy")} d={dots(marks, (mark) => mark.value, x, y)} />
            {marks.map((mark, i) =>
              mark.id === selected && isDrawable(mark.value) ? (
                <circle key={mark.id} class="chart-ring" cx={x(i)} cy={y(mark.value)} r="5" />
              ) : null,
            )}
          </>
        )}
      </AxisFrame>
      <p class="chart-line" aria-live="polite">
        {current ? describe(current) : " "}
      </p>
    </div>
  );
}

/** Strokes of no length with round ends: one element however many the marks are. */
function dots(
  marks: readonly SampleMark[],
  value: (mark: SampleMark) => number | null,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  return marks
    .map((mark, i) => {
      const v = value(mark);
      return isDrawable(v) ? `M${x(i).toFixed(1)} ${y(v).toFixed(1)}h0` : "";
    })
    .join("");
}
