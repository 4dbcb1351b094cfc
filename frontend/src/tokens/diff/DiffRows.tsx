import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { watchNearViewport } from "../text/nearViewport";
import { markChange, replaceRow } from "./currentChange";
import type { Differences } from "./differences";
import { rowElement } from "./rowElements";
import type { Row } from "./rows";
import type { DiffData } from "./stretches";

export interface DiffRowsProps {
  data: DiffData;
  rows: readonly Row[];
  isSideBySide: boolean;
  titles: readonly [left: string, right: string];
  differences: Differences | null;
  /** The number of the change that the reader has walked to; -1 before the first step. */
  current: RefObject<number>;
  /** Folded rows that were opened, by where they begin on the left side. */
  opened: ReadonlySet<number>;
  onOpen: (at: number) => void;
}

/**
 * The rows, owned by hand and not by the component framework: a text of 16,000 tokens has thousands of stretches.
 *
 * Rows far from the viewport hold a text for each stretch; those near it a span for each coloured token as well.
 */
export function DiffRows(props: DiffRowsProps): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const latest = useRef(props.onOpen);
  latest.current = props.onOpen;
  const { data, rows, isSideBySide, differences, current, opened } = props;
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const place = { data, isSideBySide, moved: t("diff.moved"), movedHint: t("diff.moved.hint") };
    const made = rows.map((row) => {
      const at = row.stretches[0]?.left ?? [0, 0];
      if (!row.folded || opened.has(at[0])) return { row, element: rowElement(row, place, null) };
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button quiet diff-fold";
      button.textContent = `⋯ ${t("diff.fold", { n: formatCount(at[1] - at[0]) })}`;
      button.addEventListener("click", () => latest.current(at[0]));
      return { row: null, element: button };
    });
    element.replaceChildren(...made.map((one) => one.element));
    markChange(element, current.current ?? -1);
    const onClick = (event: Event): void => jump(event.target, element);
    element.addEventListener("click", onClick);
    const painted = new Set<number>();
    const stopWatching =
      differences === null
        ? undefined
        : watchNearViewport(
            made.map((one) => one.element),
            null,
            (index, near) => {
              const one = made[index];
              if (!near || one?.row == null || painted.has(index)) return;
              painted.add(index);
              const { childNodes } = rowElement(one.row, place, differences);
              replaceRow(one.element, [...childNodes], current.current ?? -1);
            },
          );
    return () => {
      element.removeEventListener("click", onClick);
      stopWatching?.();
    };
  }, [data, rows, isSideBySide, differences, current, opened]);
  return (
    <>
      {isSideBySide && (
        <div class="diff-titles" aria-hidden="true">
          <span>{props.titles[0]}</span>
          <span>{props.titles[1]}</span>
        </div>
      )}
      <div ref={root} class="diff-rows" data-beside={isSideBySide} />
    </>
  );
}

/** From one end of a move to the other. */
function jump(target: EventTarget | null, root: Element): void {
  const move = target instanceof HTMLElement ? target.dataset["jump"] : undefined;
  if (move === undefined) return;
  const ends = [...root.querySelectorAll<HTMLElement>(`[data-move="${move}"]`)];
  const other = ends.find((end) => end.nextElementSibling !== target);
  other?.scrollIntoView({ block: "center" });
  if (other?.nextElementSibling instanceof HTMLElement)
    other.nextElementSibling.focus({ preventScroll: true });
}
