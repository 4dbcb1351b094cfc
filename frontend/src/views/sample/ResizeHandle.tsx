import type { JSX } from "preact";
import { t } from "../../i18n";
import { drawerWidth, resizeDrawer } from "./drawerLayout";

/** Percent per press of an arrow key. */
const KEY_STEP = 5;

/** The edge of the drawer: dragged by pointer, moved by arrow keys. */
export function ResizeHandle(): JSX.Element {
  const drag = (event: PointerEvent): void => {
    const handle = event.currentTarget as HTMLElement;
    const frame = handle.closest("[data-testid=drawer]")?.parentElement?.getBoundingClientRect();
    if (frame === undefined || frame.width === 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (moved) => resizeDrawer((100 * (frame.right - moved.clientX)) / frame.width);
    handle.onlostpointercapture = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? KEY_STEP : event.key === "ArrowRight" ? -KEY_STEP : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    resizeDrawer(drawerWidth.value + by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      class="drawer-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label={t("sample.resize")}
      title={t("sample.resize")}
      aria-valuenow={drawerWidth.value}
      aria-valuemin={25}
      aria-valuemax={95}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={onKeyDown}
    />
  );
}
