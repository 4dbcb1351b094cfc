import type { notices as en } from "../en/notices";

/** 曲线上方警告的文字。 */
export const notices = {
  "notice.bar": "查看曲线前请注意",
  "notice.hide": "收起此警告",
  "notice.more": "另有 {n} 条",
  "notice.fewer": "只看第一条",
  "notice.open": "打开 {run}",
  "notice.repeated_steps":
    "{first} 与 {second} 记录了 {n} 个相同的步（{from} 到 {to}），它们的样本被平均成一条曲线。若它们是两次训练，请将每个文件移到各自的文件夹。",
} satisfies Record<keyof typeof en, string>;
