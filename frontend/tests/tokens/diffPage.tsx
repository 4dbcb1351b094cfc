/** Two texts side by side in a page of their own: answers of `/diff` made of stretches, and what is shown of one. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, vi } from "vitest";
import { Diff, type DiffProps } from "../../src/tokens/diff/Diff";
import type { DiffData, StretchKind } from "../../src/tokens/diff/stretches";
import { HOSTILE } from "../fixtures";
import { stubLayout } from "../page";

export type Opcode = readonly [StretchKind, left: string[], right: string[], move?: number];

/** An answer made of its stretches. */
export function answer(opcodes: readonly Opcode[], more: Partial<DiffData> = {}): DiffData {
  const [left, right]: [string[], string[]] = [[], []];
  const columns = { kind: [] as StretchKind[], left: [] as number[], left_end: [] as number[] };
  const others = { right: [] as number[], right_end: [] as number[], move: [] as (number | null)[] };
  for (const [kind, a, b, move] of opcodes) {
    columns.kind.push(kind);
    columns.left.push(left.length);
    others.right.push(right.length);
    left.push(...a);
    right.push(...b);
    columns.left_end.push(left.length);
    others.right_end.push(right.length);
    others.move.push(move ?? null);
  }
  const side = { left_out: 0, values: null };
  return {
    unit: "token",
    in_one_piece: true,
    metric: null,
    left: { units: left, ...side },
    right: { units: right, ...side },
    opcodes: { ...columns, ...others },
    ...more,
  };
}

export const same = (...texts: string[]): Opcode => ["equal", texts, texts];
/** Four stretches, of which three are two changes. */
export const CHANGED = answer([
  same("so ", "it\n"),
  ["delete", [HOSTILE], []],
  ["insert", [], ["was "]],
  same("four"),
  ["insert", [], ["!"]],
]);
export const words = (n: number): string[] => Array.from({ length: n }, (_, i) => `w${i} `);

export class DiffPage {
  place: HTMLElement = document.createElement("div");
  /** Goes to the next or previous change; false at the end. */
  step: (direction: 1 | -1) => boolean = () => false;

  /** A page that is empty before each test. */
  constructor() {
    beforeEach(() => {
      stubLayout();
      Element.prototype.scrollIntoView = vi.fn();
      this.place = document.createElement("div");
      document.body.replaceChildren(this.place);
    });
    afterEach(() => act(() => render(null, this.place)));
  }

  show(data: DiffData, more: Partial<DiffProps> = {}): void {
    const keep = (made: (direction: 1 | -1) => boolean): void => {
      this.step = made;
    };
    act(() =>
      render(<Diff data={data} left="step 1" right="step 2" onStepper={keep} {...more} />, this.place),
    );
  }

  /** The texts of what is found by a selector. */
  texts(selector: string): (string | null)[] {
    return [...this.place.querySelectorAll(selector)].map((found) => found.textContent);
  }
}
