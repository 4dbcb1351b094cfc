/** The dialog of the keys that are registered now. */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { findMessage, t } from "../i18n";
import { activeKeys } from "../state/keys";
import { viewOfKey } from "../state/viewKeys";
import { Dialog } from "../ui";

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  " ": "␣",
};

/** The words of a message whose key is made of a registered key; the message's key where there are none. */
const wordsOf = (key: string): string => findMessage(key) ?? key;

/** What a key does, in words. */
function wordsOfKey(scope: string, key: string): string {
  const view = scope === "shell" ? viewOfKey(key) : undefined;
  return view === undefined
    ? wordsOf(`${scope}.key.${key}`)
    : t("shell.key.view", { view: t(`shell.view.${view}`) });
}

/** The keys that act: one that a view has is not that of the page as well. */
function actingKeys(): { scope: string; keys: string[] }[] {
  const taken = new Set<string>();
  return activeKeys().flatMap(({ scope, keys }) => {
    const own = keys.filter((key) => !taken.has(key));
    for (const key of own) taken.add(key);
    return own.length > 0 ? [{ scope, keys: own }] : [];
  });
}

/** The keys that listen now. While it is open, buttons show theirs where they are. */
export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  useEffect(() => {
    document.documentElement.dataset["keys"] = "shown";
    return () => {
      delete document.documentElement.dataset["keys"];
    };
  }, []);
  return (
    <Dialog title={t("shell.help")} closeLabel={t("shell.close")} onClose={onClose} testId="help-dialog">
      {actingKeys().map(({ scope, keys }) => (
        <section key={scope} aria-label={wordsOf(`${scope}.keys`)}>
          <h3 class="muted">{wordsOf(`${scope}.keys`)}</h3>
          <dl class="keys">
            {keys.map((key) => [
              <dt key={`${key} key`}>
                <kbd>{SIGNS[key] ?? key}</kbd>
              </dt>,
              <dd key={key}>{wordsOfKey(scope, key)}</dd>,
            ])}
          </dl>
        </section>
      ))}
      <p class="muted">{t("shell.help.fields")}</p>
    </Dialog>
  );
}
