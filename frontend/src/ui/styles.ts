/** Stylesheets come as text (`import css from "./x.css?inline"`): the host's page loads none of ours by address. */

const adopted = new Set<string>();

/** Adds a stylesheet to the document once. */
export function adopt(css: string): void {
  if (adopted.has(css)) return;
  adopted.add(css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
