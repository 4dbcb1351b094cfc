import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Message } from "../../../api/answers";
import { t } from "../../../i18n";
import { formatCount, formatNumber } from "../../../lib/format";
import { excerpt, lengthOf } from "../../../lib/longText";
import { oneLine } from "../../../lib/singleLine";
import { CopyButton } from "../../../ui";
import { LongText } from "../texts/LongText";
import { messageText } from "./messageText";

/** How long a message may be before its middle is folded, by who wrote it: the policy's messages are shown longest. */
const FOLD_LIMITS = {
  sampled: { most: 6000, lines: 80, start: 2000, end: 1000 },
  given: { most: 1000, lines: 20, start: 400, end: 200 },
  system: { most: 400, lines: 8, start: 200, end: 100 },
} as const;
type FoldLimits = (typeof FOLD_LIMITS)[keyof typeof FOLD_LIMITS];
const PREVIEW_CHARACTERS = 160;

export interface MessageItemProps {
  message: Message;
  /** Everything unfolded from the start. */
  open: boolean;
}

/** One message: who speaks, what it thought, said and called. Text nodes only: rollouts are not to be trusted. */
export function MessageItem({ message, open }: MessageItemProps): JSX.Element {
  const { role, content, thinking, tool_calls: calls, name, tool_call_id: id, sampled, reward } = message;
  const room = FOLD_LIMITS[sampled ? "sampled" : role === "system" ? "system" : "given"];
  const alone = content === "" && calls.length === 0;
  return (
    <li class="message" data-testid="message" data-role={role} data-sampled={sampled}>
      <header>
        <span class="tag">{role}</span>
        {name !== "" && <code>{name}</code>}
        {id !== "" && <code title={t("conversation.answers_call", { id })}>↩ {id}</code>}
        {sampled && (
          <span class="sampled" title={t("conversation.sampled.hint")}>
            {t("conversation.sampled")}
          </span>
        )}
        {reward !== null && (
          <span class="number" data-testid="turn-reward" title={t("conversation.reward.hint")}>
            {t("conversation.reward", { x: formatNumber(reward) })}
          </span>
        )}
        {content !== "" && (
          <span class="muted number">{t("sample.text.length", { n: formatCount(lengthOf(content)) })}</span>
        )}
        <CopyButton text={() => messageText(message)} label={t("conversation.copy.message")} />
      </header>
      {thinking !== "" && <Thinking text={thinking} open={open || alone} />}
      {content !== "" && <FoldedText text={content} room={room} open={open} />}
      {calls.map((call, k) => (
        <div key={k} class="tool-call" data-testid="tool-call">
          <span class="muted">{t("conversation.calls")}</span> <code>{call.name}</code>
          {call.arguments !== "" && <FoldedText text={call.arguments} room={room} open={open} mono />}
        </div>
      ))}
      {alone && thinking === "" && <p class="muted">{t("sample.text.empty")}</p>}
    </li>
  );
}

function Thinking({ text, open: first }: { text: string; open: boolean }): JSX.Element {
  const [open, setOpen] = useState(first);
  return (
    <div class="thinking" data-testid="thinking">
      <button
        type="button"
        class="button quiet"
        aria-expanded={open}
        title={t(open ? "conversation.fold" : "conversation.unfold")}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">{open ? "▾" : "▸"}</span>
        {t("conversation.thinking", { n: formatCount(lengthOf(text)) })}
      </button>
      {open ? (
        <p class="text">
          <LongText text={text} />
        </p>
      ) : (
        <p class="glimpse">{oneLine(text.slice(0, PREVIEW_CHARACTERS))}</p>
      )}
    </div>
  );
}

interface FoldedTextProps {
  text: string;
  /** How much of a long text is shown before and behind the fold. */
  room: FoldLimits;
  /** Whether it is shown whole at first. */
  open: boolean;
  mono?: boolean;
}

/** A text whose middle is folded away where it is long; the button in its place says how much that is. */
function FoldedText({ text, room, open: first, mono }: FoldedTextProps): JSX.Element {
  const [open, setOpen] = useState(first);
  const { start, left, end } = excerpt(text, room.most, room.lines, room.start, room.end);
  const look = mono === true ? "text mono" : "text";
  if (left === 0) return <p class={look}>{text}</p>;
  return (
    <>
      <p class={look}>{open ? <LongText text={text} /> : start}</p>
      <button
        type="button"
        class="button quiet"
        aria-expanded={open}
        title={t(open ? "conversation.fold" : "conversation.unfold")}
        onClick={() => setOpen(!open)}
      >
        {t(open ? "conversation.less" : "conversation.more", { n: formatCount(left) })}
      </button>
      {!open && <p class={look}>{end}</p>}
    </>
  );
}
