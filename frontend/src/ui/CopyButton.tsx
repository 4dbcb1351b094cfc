import type { JSX } from "preact";
import { t } from "../i18n";
import { copyText } from "../lib/clipboard";
import { Button } from "./Button";
import { useBriefMessage } from "./useBriefMessage";

/** A button that copies a text to the clipboard and says whether it could. `text` is called when it is pressed. */
export function CopyButton({ text, label }: { text: () => string; label: string }): JSX.Element {
  const [outcome, setOutcome] = useBriefMessage(1500);
  const onClick = async (): Promise<void> => {
    setOutcome(t((await copyText(text())) ? "sample.copy.done" : "sample.copy.error"));
  };
  return (
    <Button quiet onClick={onClick} hint={label}>
      <span aria-live="polite">{outcome === "" ? t("sample.copy") : outcome}</span>
    </Button>
  );
}
