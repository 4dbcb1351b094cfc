import type { notices as en } from "../en/notices";

/** 曲线上方警告的文字。 */
export const notices = {
  "notice.bar": "查看曲线前请注意",
  "notice.hide": "收起此警告",
  "notice.more": "另有 {n} 条",
  "notice.fewer": "只看第一条",
  "notice.open": "打开 {run}",
} satisfies Record<keyof typeof en, string>;
