/** Lists what of the opened link is not understood, one line each: without it the page shows something else than its sender saw. */

import type { JSX } from "preact";
import { t } from "../../i18n";
import "../../i18n/lazyWords";
import {
  hideInvalidParameters,
  type InvalidParameter,
  invalidParameters,
} from "../../state/links/invalidParameters";
import { adoptStyles, Button } from "../../ui";
import noticesCss from "./notices.css?inline";

/** Lines at most: a link may hold anything. */
const MAX_LINES = 4;
const MAX_CHARACTERS = 80;

function sentence({ name, value, allowed }: InvalidParameter): string {
  const slots = { name: name.slice(0, MAX_CHARACTERS), value: value.slice(0, MAX_CHARACTERS) };
  if (allowed === null) return t("link.invalid.name", slots);
  if ("number" in allowed) return t(`link.invalid.${allowed.number}`, slots);
  return t("link.invalid.word", { ...slots, words: allowed.words.join(", ") });
}

export function InvalidLink(): JSX.Element | null {
  if (invalidParameters.value.length === 0) return null;
  adoptStyles(noticesCss);
  return (
    <section class="notices" aria-label={t("link.invalid.bar")} data-testid="unread-link">
      <ul>
        {invalidParameters.value.slice(0, MAX_LINES).map((each) => (
          <li key={each.name} class="banner warning">
            <span class="sign" aria-hidden="true">
              ⚠
            </span>
            <span class="text">{sentence(each)}</span>
          </li>
        ))}
      </ul>
      <Button quiet label={t("link.invalid.hide")} testId="unread-link-hide" onClick={hideInvalidParameters}>
        ✕
      </Button>
    </section>
  );
}
