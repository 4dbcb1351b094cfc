/** Which runs lie over the curves: their choice, and one legend for all charts. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { cssColour, RUN_ROLES } from "../../../charts/shared/chartColours";
import {
  MAX_OVERLAID,
  type OverlaidRun,
  overlaidRuns,
  overlayRun,
  showOverlaid,
} from "../../../data/compare/overlay";
import { listedRuns } from "../../../data/runs";
import { t, translate } from "../../../i18n";
import { selected } from "../../../state/selection";
import { adoptStyles, Popover, Toggle } from "../../../ui";
import type { Overlay } from "./overlaidLines";
import css from "./overlay.css?inline";
import "./words";

/** Names that are listed at once; the search finds the others. */
const MAX_LISTED = 100;

export function OverlayBar({ overlays }: { overlays: readonly Overlay[] }): JSX.Element | null {
  adoptStyles(css);
  const others = listedRuns().filter((run) => run !== selected.run.value);
  if (others.length === 0) return null;
  return (
    <>
      <Popover
        trigger={t("overlay.choose")}
        label={t("overlay.choose.hint", { most: MAX_OVERLAID })}
        align="start"
        testId="overlay"
      >
        <Choices others={others} />
      </Popover>
      {overlaidRuns.value.length > 0 && (
        <ul class="overlay-legend" aria-label={t("overlay.legend")} data-testid="overlay-legend">
          <li>
            <i style={{ background: cssColour("policy") }} />
            <bdi title={selected.run.value}>{selected.run.value}</bdi>
          </li>
          {overlaidRuns.value.map((overlaid) => (
            <Entry key={overlaid.run} overlaid={overlaid} overlays={overlays} />
          ))}
        </ul>
      )}
    </>
  );
}

/** A run of the legend: its name shows its curves and hides them, its cross takes it off. */
function Entry({ overlaid, overlays }: { overlaid: OverlaidRun; overlays: readonly Overlay[] }): JSX.Element {
  const { run, isShown, place } = overlaid;
  const error = overlays.find((overlay) => overlay.overlaid.run === run)?.curves.error ?? null;
  return (
    <li class={isShown ? "" : "overlay-hidden"}>
      <button
        type="button"
        class="overlay-name"
        aria-pressed={isShown}
        title={t(isShown ? "overlay.hide" : "overlay.show", { run })}
        data-testid="overlay-toggle"
        data-run={run}
        onClick={() => showOverlaid(run, !isShown)}
      >
        <i style={{ background: cssColour(RUN_ROLES[place] ?? "muted") }} />
        <bdi>{run}</bdi>
      </button>
      {error !== null && (
        <span class="odd" title={translate(error.message)}>
          {t("overlay.error")}
        </span>
      )}
      <button
        type="button"
        class="button quiet"
        aria-label={t("overlay.remove", { run })}
        title={t("overlay.remove", { run })}
        onClick={() => overlayRun(run, false)}
      >
        ✕
      </button>
    </li>
  );
}

function Choices({ others }: { others: readonly string[] }): JSX.Element {
  const [search, setSearch] = useState("");
  const on = overlaidRuns.value.map(({ run }) => run);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = others.filter(
    (run) => on.includes(run) || words.every((word) => run.toLowerCase().includes(word)),
  );
  const isFull = on.length >= MAX_OVERLAID;
  return (
    <div class="overlay-choices">
      <input
        type="search"
        class="field"
        placeholder={t("overlay.search", { n: others.length })}
        aria-label={t("overlay.search", { n: others.length })}
        data-testid="overlay-search"
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {isFull && <p class="odd">{t("overlay.full", { most: MAX_OVERLAID })}</p>}
      {found.slice(0, MAX_LISTED).map((run) => (
        <Toggle key={run} on={on.includes(run)} label={run} onChange={(is) => overlayRun(run, is)} />
      ))}
      {found.length === 0 && <p class="muted">{t("overlay.nothing")}</p>}
    </div>
  );
}
