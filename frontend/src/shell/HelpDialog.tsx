/** All keys, as registered by whoever listens now. */

import type { JSX } from "preact";
import { t } from "../i18n";
import { listening } from "../state/keys";
import { Dialog } from "../ui";

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  " ": "␣",
};

export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("shell.help")} closeLabel={t("shell.close")} onClose={onClose} testId="help-dialog">
      {listening().map(({ scope, keys }) => (
        <section key={scope} aria-label={t(`${scope}.keys`)}>
          <h3 class="muted">{t(`${scope}.keys`)}</h3>
          <dl class="keys">
            {keys.map((key) => [
              <dt key={`${key} key`}>
                <kbd>{SIGNS[key] ?? key}</kbd>
              </dt>,
              <dd key={key}>{t(`${scope}.key.${key}`)}</dd>,
            ])}
          </dl>
        </section>
      ))}
      <p class="muted">{t("shell.help.fields")}</p>
    </Dialog>
  );
}
