/** The filter field: an expression that the server checks before it counts, with examples of this run. */

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { applyFilter } from "../../../data/filterCheck";
import { run } from "../../../data/runs";
import { t, translate } from "../../../i18n";
import { filterFocusRequests } from "../../../state/focusRequests";
import { selected } from "../../../state/selection";
import { filterExamples, filterNames } from "./filterExamples";

export function FilterField(): JSX.Element {
  const where = selected.where.value;
  const [typed, setTyped] = useState(where);
  const [problem, setProblem] = useState("");
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const asking = useRef(new AbortController());
  const sheet = useId();
  /** What was sent last; what is typed while the server checks it is not taken away by its answer. */
  const sent = useRef<string | null>(null);
  useEffect(() => {
    setTyped((now) => (sent.current?.trim() === where && now !== sent.current ? now : where));
    setProblem("");
  }, [where]);
  useEffect(() => () => asking.current.abort(), []);
  const focusRequests = filterFocusRequests.value;
  // At once: what is typed right behind the key belongs to the field.
  useLayoutEffect(() => {
    if (filterFocusRequests.peek() === 0) return;
    filterFocusRequests.value = 0;
    field.current?.focus();
    field.current?.select();
  }, [focusRequests]);

  const apply = async (text: string): Promise<void> => {
    asking.current.abort();
    const control = new AbortController();
    asking.current = control;
    sent.current = text;
    setTyped(text);
    setProblem("");
    setBusy(true);
    const refusal = await applyFilter(text.trim(), control.signal);
    if (control.signal.aborted) return;
    setBusy(false);
    setProblem(translate(refusal));
    setOpen(refusal !== "");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing || event.key !== "Escape") return;
    event.preventDefault();
    setOpen(false);
    setProblem("");
    setTyped(where);
    field.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears Esc and the focus leaving
    <div
      class="popover start filter"
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (!(next instanceof Node && event.currentTarget.contains(next))) setOpen(false);
      }}
    >
      <input
        ref={field}
        type="text"
        class={`field filter-words${where === "" ? "" : " on"}`}
        data-testid="filter"
        aria-label={t("filter.label")}
        aria-invalid={problem !== ""}
        aria-describedby={open ? sheet : undefined}
        aria-busy={busy}
        placeholder={t("filter.placeholder")}
        title={typed === "" ? t("filter.label") : typed}
        spellcheck={false}
        autocomplete="off"
        value={typed}
        onFocus={() => setOpen(true)}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setProblem("");
          setOpen(true);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.isComposing) void apply(typed);
        }}
      />
      {open && (
        <section
          class="sheet filter-sheet"
          id={sheet}
          aria-label={t("filter.examples")}
          data-testid="filter-sheet"
        >
          {problem !== "" && (
            <p class="filter-problem" role="alert" data-testid="filter-problem">
              {problem}
            </p>
          )}
          <p class="muted">{t("filter.about")}</p>
          <ul>
            {filterExamples(run.value).map((example) => (
              <li key={example}>
                <button type="button" class="button quiet" onClick={() => void apply(example)}>
                  <code>{example}</code>
                </button>
              </li>
            ))}
          </ul>
          <p class="muted filter-names">{t("filter.names", { names: filterNames(run.value).join(", ") })}</p>
        </section>
      )}
    </div>
  );
}
