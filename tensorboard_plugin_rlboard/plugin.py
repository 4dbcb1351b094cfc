"""The routes: read arguments, ask the board, answer. The contract is in http_api.md in this folder."""

from __future__ import annotations

import atexit
import logging
import mimetypes
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorboard import errors, plugin_util
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers
from werkzeug.security import safe_join

from tensorboard_plugin_rlboard.api.number_column import LargeSteps
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.query_limits import StoppedError
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.cache.local_store import default_folder
from tensorboard_plugin_rlboard.index.memory_budget import parse_limit
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots
from tensorboard_plugin_rlboard.training.event_metadata import EventReader
from tensorboard_plugin_rlboard.training.scalar_reader import ScalarReader
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder
from tensorboard_plugin_rlboard.web import arguments, json_answers

if TYPE_CHECKING:
    from tensorboard.plugins.base_plugin import TBContext

logger = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
ACTIVE_WAIT = 0.05
"""Seconds that the very first is_active may wait for the first look; TensorBoard's whole page waits with it."""
YEAR = 31_536_000
CLIENT, PLACE = "X-RLBoard-Client", "X-RLBoard-Place"
"""Headers of a request: who asks, and for which place on the screen. A newer question for it ends an older one."""
Route = Callable[[wrappers.Request], wrappers.Response]


class RLBoardPlugin(base_plugin.TBPlugin):  # type: ignore[misc]  # TensorBoard ships no types
    """Serves rollouts below the log directory to the tab RL Board."""

    plugin_name = "rlboard"

    def __init__(self, context: TBContext) -> None:
        flags = context.flags
        interval = getattr(flags, "reload_interval", None)
        found = roots(context.logdir or "", getattr(flags, "logdir_spec", "") or "")
        memory = parse_limit(str(getattr(flags, "rlboard_memory_limit", "") or ""))
        settings = SettingsFinder(found, str(getattr(flags, "rlboard_config", "") or ""))
        seconds = 5.0 if interval is None else float(interval)
        registry = Registry(found, _cache_folder(flags), memory, settings)
        self._indexer = BackgroundIndexer(registry, seconds)
        # A thread that is still inside a library when Python ends aborts the process.
        atexit.register(self._indexer.stop)
        self._board = Board(self._indexer)
        self._scalars = ScalarReader(context.data_provider)
        self._events = EventReader(context.data_provider)

    def get_plugin_apps(self) -> dict[str, Any]:
        """Routes of http_api.md, below data/plugin/rlboard."""
        return {
            "/runs": self._route(self._runs),
            "/steps": self._route(self._steps),
            "/samples": self._route(self._samples),
            "/sample": self._route(self._sample),
            "/tokens": self._route(self._tokens),
            "/distribution": self._route(self._distribution),
            "/worst_tokens": self._route(self._worst_tokens),
            "/problems": self._route(self._problems),
            "/scalars": self._route(self._native_scalars),
            "/static/*": self._route(self._static),
        }

    def is_active(self) -> bool:
        """Whether there is anything to show: answered from memory, except for a bounded wait at the first call."""
        self._indexer.start()
        return self._indexer.has_files(ACTIVE_WAIT)

    def data_plugin_names(self) -> tuple[str, ...]:
        """No event data is ours: rollouts are found by is_active alone."""
        return ()

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab: its module and its name."""
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="RL Board")

    def _route(self, answer: Route) -> Any:
        """A WSGI application that answers GET only, and errors as TensorBoard does."""

        @wrappers.Request.application
        def application(request: wrappers.Request) -> wrappers.Response:
            if request.method not in {"GET", "HEAD"}:
                return _refuse(request, "RL Board answers GET only.", 405)
            if request.headers.get("Sec-Fetch-Site") == "cross-site":
                return _refuse(request, "RL Board does not answer other sites.", 403)
            self._indexer.start()
            client, place = (request.headers.get(name, "")[:100] for name in (CLIENT, PLACE))
            try:
                with self._board.limits.question(client, place, _gone(request)):
                    return answer(request)
            except StoppedError as error:
                return _refuse(request, str(error), 503)
            except ArgumentError as error:
                raise errors.InvalidArgumentError(str(error)) from error
            except UnknownError as error:
                raise errors.NotFoundError(str(error)) from error

        return application

    def _answer(self, request: wrappers.Request, ask: Callable[[], object]) -> wrappers.Response:
        """An answer as JSON, marked with the revision that it is at least as new as."""
        revision = self._board.revision
        answer = ask()
        if isinstance(answer, LargeSteps):  # TensorBoard unpacks it for clients that cannot
            return self._respond(request, answer.gzipped, revision, packing="gzip")
        return self._respond(request, json_answers.encode(answer), revision)

    def _respond(
        self,
        request: wrappers.Request,
        body: bytes,
        revision: int,
        mime: str = "application/json",
        packing: str | None = None,
    ) -> wrappers.Response:
        response: wrappers.Response = http_util.Respond(request, body, mime, content_encoding=packing)
        response.headers["X-RLBoard-Revision"] = str(revision)
        response.headers["X-RLBoard-Problems"] = str(self._board.problems_total)
        return response

    def _runs(self, request: wrappers.Request) -> wrappers.Response:
        return self._answer(request, lambda: self._board.runs(self._known(request)[0]))

    def _known(self, request: wrappers.Request) -> tuple[TensorBoardRuns, dict[str, list[str]]]:
        """What TensorBoard knows beside the rollouts, and the tags of its scalar runs."""
        ctx, experiment = plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)
        tags = self._scalars.tags(ctx, experiment).by_run
        return TensorBoardRuns(tuple(tags), self._events.facts(ctx, experiment)), tags

    def _steps(self, request: wrappers.Request) -> wrappers.Response:
        chosen = arguments.selection(request.args)
        metrics = tuple(request.args.getlist("metrics")) or None
        return self._answer(request, lambda: self._board.steps(chosen, metrics))

    def _samples(self, request: wrappers.Request) -> wrappers.Response:
        args = request.args
        limit = arguments.integer(args, "limit")
        return self._answer(
            request,
            lambda: self._board.samples(
                arguments.selection(args),
                arguments.text_rules(args),
                columns=args.getlist("columns") or None,
                sort=arguments.string(args, "sort"),
                order=arguments.string(args, "order", "asc"),
                preset=arguments.string(args, "preset"),
                seed=arguments.integer(args, "seed") or 0,
                offset=arguments.integer(args, "offset") or 0,
                limit=50 if limit is None else limit,
            ),
        )

    def _sample(self, request: wrappers.Request) -> wrappers.Response:
        run, name = arguments.required(request.args, "run"), arguments.required(request.args, "id")
        return self._answer(
            request, lambda: self._board.sample(run, name, arguments.text_rules(request.args))
        )

    def _tokens(self, request: wrappers.Request) -> wrappers.Response:
        run, name = arguments.required(request.args, "run"), arguments.required(request.args, "id")
        kind = arguments.string(request.args, "format", "binary")
        if kind not in {"binary", "json"}:
            raise ArgumentError(f"format={kind} is not known: it takes binary or json.")
        if kind == "json":
            return self._answer(request, lambda: self._board.token_lists(run, name))
        revision = self._board.revision
        _, body = self._board.tokens(run, name)
        return self._respond(request, body, revision, "application/octet-stream")

    def _distribution(self, request: wrappers.Request) -> wrappers.Response:
        args = request.args
        bins = arguments.integer(args, "bins")
        return self._answer(
            request,
            lambda: self._board.distribution(
                arguments.selection(args),
                arguments.string(args, "metric", "reward"),
                bins=40 if bins is None else bins,
                lo=arguments.number(args, "lo"),
                hi=arguments.number(args, "hi"),
                against=arguments.string(args, "against"),
            ),
        )

    def _worst_tokens(self, request: wrappers.Request) -> wrappers.Response:
        args = request.args
        limit, each = arguments.integer(args, "limit"), arguments.integer(args, "per_sample")
        return self._answer(
            request,
            lambda: self._board.worst_tokens(
                arguments.selection(args),
                arguments.string(args, "metric"),
                by=arguments.string(args, "by", "sample"),
                end=arguments.string(args, "end"),
                limit=50 if limit is None else limit,
                per_sample=each or 0,
            ),
        )

    def _problems(self, request: wrappers.Request) -> wrappers.Response:
        args = request.args
        run, limit = arguments.required(args, "run"), arguments.integer(args, "limit")
        offset = arguments.integer(args, "offset") or 0
        return self._answer(
            request, lambda: self._board.problems(run, offset, 50 if limit is None else limit)
        )

    def _native_scalars(self, request: wrappers.Request) -> wrappers.Response:
        ctx, experiment = plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)
        known, tags = self._known(request)
        run, instead = arguments.required(request.args, "run"), request.args.getlist("scalar_run")
        own = self._board.scalar_runs(run, known, instead)
        wanted = request.args.getlist("tag")
        if not wanted:
            return self._answer(request, lambda: {"tags": {name: tags[name] for name in own}})
        return self._answer(request, lambda: self._scalars.read(ctx, experiment, own, wanted).by_tag)

    def _static(self, request: wrappers.Request) -> wrappers.Response:
        """A file of the bundle. index.js is asked for anew each time, chunks have their digest in their name."""
        relative = request.path.partition("/static/")[2]
        joined = safe_join(str(STATIC), relative)
        if joined is None or not _is_file(path := Path(joined)):
            raise errors.NotFoundError("There is no such file in RL Board's bundle.")
        known = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
        expires = YEAR if relative.startswith("chunks/") else 0
        response: wrappers.Response = http_util.Respond(
            request, path.read_bytes(), known or "application/octet-stream", expires=expires
        )
        return response


def _cache_folder(flags: Any) -> Path | None:
    """Where parts are kept between starts: the flag's folder, `none` for nowhere, else the user's cache folder."""
    wanted = str(getattr(flags, "rlboard_cache_dir", "") or "")
    if wanted == "none":
        return None
    return Path(wanted).expanduser() if wanted else default_folder()


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have (NUL, too long) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _gone(request: wrappers.Request) -> Callable[[], bool] | None:
    """Tells whether the client closed its connection, as a browser does when it aborts a request.

    Only the development server, which TensorBoard is served by, lets the socket be seen; elsewhere nobody knows.
    """
    found = request.environ.get("werkzeug.socket")
    if not isinstance(found, socket.socket) or not hasattr(socket, "MSG_DONTWAIT"):
        return None

    def gone() -> bool:
        try:
            return found.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, ValueError):
            return False  # it waits and says nothing, or is encrypted and cannot be looked into
        except OSError:
            return True

    return gone


def _refuse(request: wrappers.Request, sentence: str, code: int) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(request, sentence, "text/plain", code=code)
    return response
