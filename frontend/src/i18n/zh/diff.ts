import type { diff as en } from "../en/diff";

/** 两段文本的差异。 */
export const diff = {
  "diff.label": "{left} 与 {right} 的差异",
  "diff.side_by_side": "并排",
  "diff.side_by_side.hint": "两段文本并排显示，或合为一段并标出删去与新增",
  "diff.unit": "比较单位",
  "diff.unit.token": "token",
  "diff.unit.word": "词",
  "diff.unit.character": "字符",
  "diff.changes": "{n} 处改动",
  "diff.same": "两段文本相同。",
  "diff.previous": "上一处改动（N）",
  "diff.next": "下一处改动（n）",
  "diff.fold": "相同的 {n} 个：展开",
  "diff.only_left": "仅 {left} 有",
  "diff.only_right": "仅 {right} 有",
  "diff.moved": "移动",
  "diff.moved.hint": "这段文字在另一侧的别处：跳转到那里",
  "diff.aligned_in_pieces": "文本太长，无法整体比较：位置相距很远的相同文字可能显示为改动。",
  "diff.left_out": "另有 {n} 个未参与比较：每段文本只比较前 200,000 个。",
  "diff.metric": "{metric}：两侧都有的 token 上，右侧减左侧",
  "diff.metric.missing": "{of} 个中有 {n} 个并非两侧都有数值",
  "diff.metric.none": "没有任何 token 在两侧都有 {metric} 的数值。",
  "diff.token": "{metric}：{left} → {right}（{difference}）",
} satisfies Record<keyof typeof en, string>;
