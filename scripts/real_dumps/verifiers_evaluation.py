"""An evaluation of verifiers: a small environment, a harness of two turns with a tool, and a server that answers both.

The server on this machine speaks OpenAI's chat completions and returns log-probabilities; what it says is decided here,
everything else is verifiers' own: the run, its scoring, and what it writes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PLUGIN = '''"""An environment of sums, and a harness that calls a tool between two turns."""

import asyncio
import json
import urllib.request

import verifiers.v1 as vf

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}


class SumsData(vf.TaskData):
    answer: str = ""


class SumsTask(vf.Task[SumsData]):
    @vf.reward(weight=1.0)
    async def correct(self, trace: vf.Trace) -> float:
        return float(self.data.answer in trace.last_reply)

    @vf.metric
    async def length(self, trace: vf.Trace) -> float:
        return float(len(trace.last_reply))


class SumsConfig(vf.TasksetConfig):
    pass


class SumsTaskset(vf.Taskset[SumsTask, SumsConfig]):
    def load(self):
        return [
            SumsTask(SumsData(prompt=f"What is {a}+{b}?", answer=str(a + b)), self.config.task)
            for a, b in ((29, 66), (3, 4), (2, 2))
        ]


class TwoTurnsConfig(vf.HarnessConfig):
    pass


class TwoTurns(vf.Harness[TwoTurnsConfig]):
    SUPPORTS_MCP = False
    NEEDS_CONTAINER = False

    async def launch(self, ctx, trace, runtime, endpoint, secret, mcp_urls, data, *_, **__):
        messages = [{"role": "user", "content": data.prompt}]
        for _ in range(2):
            reply = await asyncio.to_thread(self.ask, endpoint, secret, ctx.model, messages)
            messages.append(reply)
            messages += [
                {"role": "tool", "tool_call_id": call["id"], "content": "42"}
                for call in reply.get("tool_calls") or ()
            ]
        return vf.ProgramResult(0, "", "")

    def ask(self, endpoint, secret, model, messages):
        body = json.dumps({"model": model, "messages": messages, "tools": [TOOL]}).encode()
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{endpoint}/chat/completions", body, headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["choices"][0]["message"]


__all__ = ["SumsTaskset", "TwoTurns"]
'''


class Model(BaseHTTPRequestHandler):
    """Calls a tool first, then answers: right where the number of the request is even."""

    asked = 0

    def do_POST(self) -> None:
        """Answers a chat completion."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Model.asked += 1
        message: dict[str, Any] = {"role": "assistant", "content": "It is 95." if Model.asked % 2 else "7"}
        if asked["messages"][-1]["role"] == "user":
            call = {"name": "add", "arguments": '{"a": 1}'}
            message = {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": call}],
            }
        words: list[dict[str, Any]] = [
            {"token": word, "logprob": -0.25, "bytes": None, "top_logprobs": []}
            for word in str(message["content"]).split()
        ]
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": "tool_calls" if "tool_calls" in message else "stop",
            "logprobs": {"content": words},
        }
        answer = {
            "id": "chat",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [choice],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main(folder: Path) -> None:
    """Evaluates three tasks twice each, and writes `sums/traces.jsonl` into a folder."""
    (folder / "rlboard_sums.py").write_text(PLUGIN, encoding="utf-8")
    sys.path.insert(0, str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["RLBOARD_NO_KEY"] = "none"
    from verifiers.v1.cli.eval.runner import run_eval  # noqa: PLC0415  it looks for the plugin at once
    from verifiers.v1.configs.cli.eval import EvalConfig  # noqa: PLC0415  it looks for the plugin at once

    config = EvalConfig.model_validate(
        {
            "env": {
                "taskset": {"id": "rlboard_sums"},
                "agent": {"harness": {"id": "rlboard_sums"}, "runtime": {"type": "subprocess"}},
            },
            "run": {"name": "sums"},
            "model": "tiny",
            "client": {
                "type": "eval",
                "base_url": f"http://127.0.0.1:{server.server_address[1]}/v1",
                "api_key_var": "RLBOARD_NO_KEY",
            },
            "num_rollouts": 2,
            "rich": None,
            "push": False,
            "output_dir": str(folder),
        }
    )
    asyncio.run(run_eval(config))
    server.shutdown()
    (folder / "rlboard_sums.py").unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
