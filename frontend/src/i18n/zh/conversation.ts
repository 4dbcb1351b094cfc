import type { conversation as en } from "../en/conversation";

/** 样本对话的文字。 */
export const conversation = {
  "conversation.title": "对话",
  "conversation.mode.conversation": "对话",
  "conversation.mode.conversation.hint": "逐条消息：角色、思考、工具调用（v）",
  "conversation.mode.text": "文本",
  "conversation.mode.text.hint": "提示词与回复的纯文本；日志中有 token 时一并显示（v）",
  "conversation.summary": "{n} 条消息",
  "conversation.summary.sampled": "{n} 条消息，其中 {sampled} 条由策略采样",
  "conversation.sampled": "采样",
  "conversation.sampled.hint": "由策略生成：训练从中学习",
  "conversation.reward": "奖励 {x}",
  "conversation.reward.hint": "仅这一轮的奖励，按日志原样",
  "conversation.answers_call": "对调用 {id} 的应答",
  "conversation.thinking": "思考，{n} 个字符",
  "conversation.calls": "调用",
  "conversation.more": "⋯ 另有 {n} 个字符 ⋯",
  "conversation.less": "折叠 {n} 个字符",
  "conversation.fold": "折叠",
  "conversation.unfold": "展开",
  "conversation.fold.all": "全部折叠",
  "conversation.unfold.all": "全部展开",
  "conversation.copy": "复制整段对话的文本",
  "conversation.copy.message": "复制该消息的文本",
  "sample.key.v": "在对话与文本之间切换",
} satisfies Record<keyof typeof en, string>;
