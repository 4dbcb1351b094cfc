/** Called once by TensorBoard when it opens the tab. This file cannot be cached, so it holds nothing but the way in. */
export async function render(): Promise<void> {
  const { start } = await import("./start");
  await start();
}
