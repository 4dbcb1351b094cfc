import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from ".";

/** Puts a text on the clipboard; false where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // In a notebook's frame the permission is missing, and the old way still works.
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position:fixed;opacity:0";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}

/** A button that copies and says so. `text` is made when pressed. */
export function CopyButton({ text, label }: { text: () => string; label: string }): JSX.Element {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return undefined;
    const timer = setTimeout(() => setSaid(""), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const onClick = async (): Promise<void> => {
    setSaid(t((await copyText(text())) ? "sample.copied" : "sample.copy_failed"));
  };
  return (
    <Button quiet onClick={onClick} hint={label}>
      <span aria-live="polite">{said === "" ? t("sample.copy") : said}</span>
    </Button>
  );
}
