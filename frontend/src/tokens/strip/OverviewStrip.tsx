import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { chartPalette } from "../../charts/shared/chartColours";
import { t } from "../../i18n";
import { metricLabel } from "../../metrics";
import type { TokenViewState } from "../shared/tokenViewState";
import type { TextView } from "../text/TextView";
import { paintStrip } from "./stripPainting";

export interface OverviewStripProps {
  viewState: TokenViewState;
  view: ReadonlySignal<TextView | null>;
  scroller: RefObject<HTMLElement | null>;
}

/** The overview of a long response: a bar per position, the part that is on screen, and a click to go elsewhere. */
export function OverviewStrip({ viewState, view, scroller }: OverviewStripProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);

  // Told by the observer: asking the element would lay out the page that has just been changed.
  const size = useMemo(() => signal({ width: 0, height: 0 }), []);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) size.value = entry.contentRect;
    });
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    return effect(() => {
      const width = Math.round(size.value.width * devicePixelRatio);
      // Read for the subscription: another theme.
      void chartPalette();
      if (canvas.current === null || width === 0) return;
      canvas.current.width = width;
      canvas.current.height = Math.round(size.value.height * devicePixelRatio);
      const row = viewState.data.rows.get(viewState.metric.value?.name ?? "") ?? new Float32Array(0);
      const theme = document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
      paintStrip(canvas.current, row, viewState.codes.value, viewState.scale.value, theme);
    });
  }, [viewState]);

  useLayoutEffect(() => {
    return effect(() => {
      const i = viewState.current.value;
      if (cursor.current === null) return;
      cursor.current.hidden = i === null;
      cursor.current.style.left = `${(100 * ((i ?? 0) + 0.5)) / viewState.data.shown.length}%`;
    });
  }, [viewState]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    let frame = 0;
    const place = (): void => {
      frame = 0;
      if (view.value === null) return;
      const rect = box.getBoundingClientRect();
      const { from, to } = view.value.visible(rect.top, rect.bottom);
      const { units } = viewState.data;
      if (seen.current === null || units.count === 0) return;
      seen.current.style.left = `${(100 * from) / units.count}%`;
      seen.current.style.width = `${(100 * (to - from)) / units.count}%`;
    };
    const schedule = (): void => {
      frame ||= requestAnimationFrame(place);
    };
    const stop = effect(() => {
      if (view.value !== null) schedule();
    });
    box.addEventListener("scroll", schedule, { passive: true });
    return () => {
      stop();
      cancelAnimationFrame(frame);
      box.removeEventListener("scroll", schedule);
    };
  }, [viewState, scroller]);

  const jump = (event: MouseEvent): void => {
    const rect = canvas.current?.getBoundingClientRect();
    if (rect === undefined || rect.width === 0) return;
    const share = Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
    viewState.focus(
      Math.min(viewState.data.shown.length - 1, Math.floor(share * viewState.data.shown.length)),
      false,
    );
  };

  const label = t("sample.strip.label", { metric: metricLabel(viewState.metric.value?.name ?? "") });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Home, End, n and N go along the text by key
    <div class="strip" role="img" aria-label={label} title={label} data-testid="strip" onClick={jump}>
      <canvas ref={canvas} />
      <div ref={seen} class="strip-seen" />
      <div ref={cursor} class="strip-cursor" hidden />
    </div>
  );
}
