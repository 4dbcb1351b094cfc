import { startPolling } from "./data/polling";
import { followSteps } from "./data/steps";
import { followAddress, selection } from "./state/selection";
import { VIEW_FILES } from "./views/files";

/** Called once by TensorBoard when it opens the tab. This file cannot be cached, so it holds nothing but the way in. */
export async function render(): Promise<void> {
  // Runs and steps are asked for, and the view that opens is read, while the page's beginning is on its way.
  followAddress();
  startPolling();
  followSteps();
  // If it cannot be read the page says so.
  VIEW_FILES[selection.peek().view]().catch(() => undefined);
  const { start } = await import("./start");
  await start();
}
