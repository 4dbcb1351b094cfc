import { effect } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chartPalette } from "../../charts/shared/chartColours";
import { t } from "../../i18n";
import { metricLabel } from "../../metrics";
import type { TokenViewState } from "../shared/tokenViewState";
import type { TextView } from "../text/TextView";
import { paintStrip } from "./stripPainting";

export interface OverviewStripProps {
  viewState: TokenViewState;
  view: TextView | null;
  scroller: RefObject<HTMLElement | null>;
}

/** The overview of a long response: a bar per position, the part that is on screen, and a click to go elsewhere. */
export function OverviewStrip({ viewState, view, scroller }: OverviewStripProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const paint = (): void => {
      const width = Math.round(element.clientWidth * devicePixelRatio);
      if (width === 0) return;
      element.width = width;
      element.height = Math.round(element.clientHeight * devicePixelRatio);
      const row = viewState.data.rows.get(viewState.metric.peek()?.name ?? "") ?? new Float32Array(0);
      const theme = document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
      paintStrip(element, row, viewState.codes.peek(), viewState.scale.peek(), theme);
    };
    const stop = effect(() => {
      // Read for the subscription: new colours, new scale, new theme.
      void [viewState.codes.value, viewState.scale.value, chartPalette()];
      paint();
    });
    const observer = new ResizeObserver(paint);
    observer.observe(element);
    return () => {
      stop();
      observer.disconnect();
    };
  }, [viewState]);

  useEffect(() => {
    return effect(() => {
      const i = viewState.current.value;
      if (cursor.current === null) return;
      cursor.current.hidden = i === null;
      cursor.current.style.left = `${(100 * ((i ?? 0) + 0.5)) / viewState.data.shown.length}%`;
    });
  }, [viewState]);

  useEffect(() => {
    const box = scroller.current;
    if (box === null || view === null) return undefined;
    let frame = 0;
    const place = (): void => {
      frame = 0;
      const rect = box.getBoundingClientRect();
      const { from, to } = view.visible(rect.top, rect.bottom);
      const { units } = viewState.data;
      if (seen.current === null || units.count === 0) return;
      seen.current.style.left = `${(100 * from) / units.count}%`;
      seen.current.style.width = `${(100 * (to - from)) / units.count}%`;
    };
    const schedule = (): void => {
      frame ||= requestAnimationFrame(place);
    };
    schedule();
    box.addEventListener("scroll", schedule, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      box.removeEventListener("scroll", schedule);
    };
  }, [viewState, view, scroller]);

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
