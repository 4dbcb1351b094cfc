import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Message as Said, Sample } from "../../../api/answers";
import { language, t } from "../../../i18n";
import { count } from "../../../lib/format";
import { select } from "../../../state/selection";
import { Button } from "../../../ui";
import { CopyButton } from "../../../ui/CopyButton";
import { Message } from "./MessageItem";
import { conversationText, MODES, type Mode, wishedMode } from "./readingMode";

/** Goes over to the conversation or the text, and keeps to it. */
export function setMode(mode: Mode): void {
  wishedMode.value = mode;
  // A chosen token is a place in the text.
  if (mode === "conversation") select({ token: null });
}

/** The two ways to read a sample whose log has messages. */
export function Modes({ mode }: { mode: Mode }): JSX.Element {
  return (
    <span class="modes">
      {MODES.map((one) => (
        <Button
          key={one}
          quiet={mode !== one}
          pressed={mode === one}
          hint={t(`conversation.mode.${one}.hint`)}
          testId={`mode-${one}`}
          onClick={() => setMode(one)}
        >
          {t(`conversation.mode.${one}`)}
        </Button>
      ))}
    </span>
  );
}

function summaryOf(messages: readonly Said[]): string {
  const sampled = messages.filter((message) => message.sampled).length;
  const slots = { n: count(messages.length), sampled: count(sampled) };
  return t(sampled === 0 ? "conversation.summary" : "conversation.summary.sampled", slots);
}

/** The messages of a sample, one after another. */
export function Conversation({ sample }: { sample: Sample }): JSX.Element {
  const messages = sample.messages ?? [];
  // Another round draws the messages anew, all folded or all open.
  const [folds, setFolds] = useState({ open: false, round: 0 });
  // Counting and cutting long texts is not for every key that is pressed.
  const list = useMemo(
    () =>
      messages.map((message, k) => (
        <Message key={`${folds.round} ${k}`} message={message} open={folds.open} />
      )),
    [sample.messages, folds, language.value],
  );
  return (
    <section class="conversation" aria-label={t("conversation.title")} data-testid="conversation">
      <header>
        <span class="muted number">{summaryOf(messages)}</span>
        <Button
          quiet
          onClick={() => setFolds({ open: !folds.open, round: folds.round + 1 })}
          testId="fold-all"
        >
          {t(folds.open ? "conversation.fold_all" : "conversation.unfold_all")}
        </Button>
        <CopyButton text={() => conversationText(messages)} label={t("conversation.copy")} />
      </header>
      <ol class="messages">{list}</ol>
    </section>
  );
}
