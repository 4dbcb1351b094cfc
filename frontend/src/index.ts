/** Called once by TensorBoard when it opens the tab. This file cannot be cached, so it holds nothing but the way in. */
export async function render(): Promise<void> {
  const { mount } = await import("./app");
  mount();
}
