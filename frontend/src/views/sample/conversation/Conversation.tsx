import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Message, Sample } from "../../../api/answers";
import { language, t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { Button, CopyButton } from "../../../ui";
import { MessageItem } from "./MessageItem";
import { conversationText } from "./messageText";

function summaryOf(messages: readonly Message[]): string {
  const sampled = messages.filter((message) => message.sampled).length;
  const slots = { n: formatCount(messages.length), sampled: formatCount(sampled) };
  return t(sampled === 0 ? "conversation.summary" : "conversation.summary.sampled", slots);
}

/** The messages of a sample, one after another. */
export function Conversation({ sample }: { sample: Sample }): JSX.Element {
  const messages = sample.messages ?? [];
  // A new round number mounts the messages anew, all folded or all open.
  const [folds, setFolds] = useState({ open: false, round: 0 });
  // Not at every render: long texts are counted and cut.
  const list = useMemo(
    () =>
      messages.map((message, k) => (
        <MessageItem key={`${folds.round} ${k}`} message={message} open={folds.open} />
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
          {t(folds.open ? "conversation.fold.all" : "conversation.unfold.all")}
        </Button>
        <CopyButton text={() => conversationText(messages)} label={t("conversation.copy")} />
      </header>
      <ol class="messages">{list}</ol>
    </section>
  );
}
