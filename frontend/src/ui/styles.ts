/** Stylesheets come as text (`import css from "./x.css?inline"`): the host's page loads none of ours by address. */

const adopted = new Set<string>();

/** Adds a stylesheet to the document once. */
export function adoptStyles(css: string): void {
  if (adopted.has(css)) return;
  adopted.add(css);
  const page: Partial<Pick<Document, "adoptedStyleSheets">> = document;
  if (page.adoptedStyleSheets === undefined) {
    // Safari before 16.4.
    const element = document.createElement("style");
    element.textContent = css;
    document.head.append(element);
    return;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
}
