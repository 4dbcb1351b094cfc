/** 出错时的文字。 */
import type { errors as en } from "../en/errors";

export const errors = {
  "shell.error.runs": "无法加载运行列表",
  "shell.error.steps": "无法加载该运行的步",
  "shell.error.question": "服务器未能应答",
  "shell.error.where": "请求：{question} · 状态 {status}",
  "shell.error.unreachable": "TensorBoard 还在运行吗？页面会自动重试。",
  "shell.error.part": "无法载入页面的这一部分",
  "shell.error.part.advice":
    "TensorBoard 已停止，或者页面打开期间 RL Board 已升级。若 TensorBoard 已停止，请重新启动，然后刷新页面。",
  "shell.error.reload": "刷新页面",
  "shell.error.advice": "TensorBoard 的终端里可能有更多信息。页面会自动重试。",
  "shell.error.refused":
    "本页是以主机名 {host} 打开的。若它确是这台服务器的名称，请用 --rlboard_allowed_hosts={host} 启动 TensorBoard",
  "shell.error.showing_old": "显示的是之前加载的内容：{message}",
} satisfies Record<keyof typeof en, string>;
