"""The plugin: its routes, and what every answer has in common. The contract is in http_api.md in this folder."""

from __future__ import annotations

import atexit
import logging
import mimetypes
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensorboard import errors, plugin_util
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers
from werkzeug.security import safe_join

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.limits.switch_interval import shorten_switch_interval
from tensorboard_plugin_rlboard.board.lru_cache import forget_unused
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.broken_tab import page_module
from tensorboard_plugin_rlboard.dependencies import Fault, one_line, reinstall_command
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError, UnknownError, sentence
from tensorboard_plugin_rlboard.index.cache.cache_folder import folder_of_flag
from tensorboard_plugin_rlboard.index.memory_budget import parse_limit
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.training.event_metadata import EventMetadataReader
from tensorboard_plugin_rlboard.training.scalar_reader import ScalarReader
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder
from tensorboard_plugin_rlboard.web.allowed_hosts import AllowedHosts
from tensorboard_plugin_rlboard.web.arguments import required, texts
from tensorboard_plugin_rlboard.web.bundle import ENTRY_FILE, bundle_damage, gzipped
from tensorboard_plugin_rlboard.web.connection import disconnect_check
from tensorboard_plugin_rlboard.web.encoded_answers import EncodedAnswer, EncodedAnswers
from tensorboard_plugin_rlboard.web.foreign_requests import OTHER_SITE, reason_foreign
from tensorboard_plugin_rlboard.web.routes import ROUTES, Route
from tensorboard_plugin_rlboard.web.shared_answers import SharedAnswers

if TYPE_CHECKING:
    from tensorboard.plugins.base_plugin import TBContext

logger = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
ACTIVE_WAIT_SECONDS = 0.05
"""Seconds that the very first is_active may wait for the log directory; TensorBoard's whole page waits with it."""
YEAR_SECONDS = 31_536_000
_OWN_ERROR = "RL Board could not answer because of an error of its own ({error}). The terminal in which TensorBoard runs shows where."
CLIENT_HEADER, PLACE_HEADER, ORDER_HEADER = "X-RLBoard-Client", "X-RLBoard-Place", "X-RLBoard-Order"
"""Headers of a request: who asks, and for which place on the screen. A newer question for it ends an older one."""
Handler = Callable[[wrappers.Request], wrappers.Response]


class RLBoardPlugin(base_plugin.TBPlugin):  # type: ignore[misc]  # TensorBoard ships no types
    """Serves rollouts below the log directory to the tab RL Board."""

    plugin_name = "rlboard"

    def __init__(self, context: TBContext) -> None:
        flags = context.flags
        interval = getattr(flags, "reload_interval", None)
        seconds = 5.0 if interval is None else float(interval)
        log_roots = parse_roots(context.logdir or "", getattr(flags, "logdir_spec", "") or "")
        memory = parse_limit(str(getattr(flags, "rlboard_memory_limit", "") or ""))
        settings = SettingsFinder(log_roots, str(getattr(flags, "rlboard_config", "") or ""))
        self._names = AllowedHosts(
            str(getattr(flags, "host", "") or ""),
            bind_all=bool(getattr(flags, "bind_all", False)),
            allowed=str(getattr(flags, "rlboard_allowed_hosts", "") or ""),
            environment=os.environ,
        )
        if self._names.problem:
            logger.warning("RL Board: %s", self._names.problem)
        folder, problem = folder_of_flag(str(getattr(flags, "rlboard_cache_dir", "") or ""))
        if problem:
            logger.warning("RL Board: %s", problem)
        registry = Registry(log_roots, folder, memory, settings, flag_problems=(problem,) if problem else ())
        shorten_switch_interval()
        self._indexer = BackgroundIndexer(registry, seconds)
        # A thread that is still inside a library when Python ends aborts the process.
        atexit.register(self._indexer.stop)
        self._indexer.call_before_pause(forget_unused)
        self._board = Board(self._indexer)
        self._encoded_answers = EncodedAnswers()
        self._shared_answers = SharedAnswers()
        self._board.when_steps_prepared(self._encoded_answers.prepare)
        self._scalars = ScalarReader(context.data_provider)
        self._events = EventMetadataReader(context.data_provider)

    def get_plugin_apps(self) -> dict[str, Any]:
        """Routes of http_api.md, below data/plugin/rlboard."""
        handlers: dict[str, Handler] = {
            route.path: partial(self._answer_from_board, route) for route in ROUTES
        }
        # These need more of TensorBoard than the arguments.
        handlers |= {"/runs": self._runs, "/run_table": self._run_table, "/scalars": self._native_scalars}
        routes = {path: self._application(handler) for path, handler in handlers.items()}
        # The bundle is no secret, and the tab that it opens says why the rest is refused.
        return routes | {"/static/*": self._application(self._static, is_secret=False)}

    def is_active(self) -> bool:
        """Whether there is anything to show: answered from memory, except for a bounded wait at the first call."""
        self._indexer.start()
        return self._indexer.has_files(ACTIVE_WAIT_SECONDS)

    def data_plugin_names(self) -> tuple[str, ...]:
        """No event data is ours: rollouts are found by is_active alone."""
        return ()

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab: its module and its name."""
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="RL Board")

    def _application(self, handler: Handler, *, is_secret: bool = True) -> Any:
        """A WSGI application that answers GET only, our own pages only where it is secret, and errors as TensorBoard does."""

        @wrappers.Request.application
        def application(request: wrappers.Request) -> wrappers.Response:
            if request.method not in {"GET", "HEAD"}:
                return _refuse(request, "RL Board answers GET only.", 405)
            if is_secret and (reason := reason_foreign(request.environ, self._names)):
                return _refuse(request, reason, 403)
            if request.headers.get("Sec-Fetch-Site") == "cross-site":
                return _refuse(request, OTHER_SITE, 403)
            self._indexer.start()
            client, place = (request.headers.get(name, "")[:100] for name in (CLIENT_HEADER, PLACE_HEADER))
            order = request.headers.get(ORDER_HEADER, 0, type=int)
            try:
                with self._board.limits.question(client, place, disconnect_check(request.environ), order):
                    return handler(request)
            except StoppedError as error:
                return _refuse(request, str(error), 503)
            except ArgumentError as error:
                raise errors.InvalidArgumentError(sentence(error)) from error
            except UnknownError as error:
                raise errors.NotFoundError(sentence(error)) from error
            except errors.PublicError:
                raise
            except Exception as error:  # whatever fails here is ours, and TensorBoard goes on
                logger.exception("RL Board could not answer %s", request.path)
                return _refuse(request, _OWN_ERROR.format(error=one_line(error)), 500)

        return application

    def _answer_from_board(self, route: Route, request: wrappers.Request) -> wrappers.Response:
        """An answer of the board, shared with whoever asks the same before anything changes."""
        question = route.read(request.args)
        self._board.run(required(request.args, "run"))  # which is indexed first from now on, whoever answers
        revision = self._board.revision

        def answer() -> EncodedAnswer:
            return self._encoded_answers.of(route.answer(self._board, question))

        if not route.is_shared:
            return self._respond(request, answer(), revision)
        encoded = self._shared_answers.get((revision, route.path, question), answer)
        return self._respond(request, encoded, revision)

    def _answer(self, request: wrappers.Request, ask: Callable[[], object]) -> wrappers.Response:
        revision = self._board.revision
        return self._respond(request, self._encoded_answers.of(ask()), revision)

    def _respond(self, request: wrappers.Request, answer: EncodedAnswer, revision: int) -> wrappers.Response:
        """A response, marked with the revision that its answer is at least as new as."""
        response: wrappers.Response = http_util.Respond(
            request,
            answer.content,
            answer.mime_type,
            content_encoding=answer.encoding,  # TensorBoard unpacks it for clients that cannot
        )
        response.headers["X-RLBoard-Revision"] = str(revision)
        response.headers["X-RLBoard-Problems"] = str(self._board.problems_total)
        if answer.digest:  # a browser that has the answer is told so, and is sent nothing
            response.set_etag(f"{revision}-{answer.digest}")
            response.make_conditional(request)
        return response

    def _runs(self, request: wrappers.Request) -> wrappers.Response:
        return self._answer(request, lambda: self._board.runs(self._tensorboard_runs(request)[0]))

    def _run_table(self, request: wrappers.Request) -> wrappers.Response:
        return self._answer(request, self._board.run_table)

    def _tensorboard_runs(self, request: wrappers.Request) -> tuple[TensorBoardRuns, dict[str, list[str]]]:
        """What TensorBoard knows beside the rollouts, and the tags of its scalar runs."""
        ctx, experiment = plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)
        tags = self._scalars.list_tags(ctx, experiment).tags_by_run
        return TensorBoardRuns(tuple(tags), self._events.read(ctx, experiment)), tags

    def _native_scalars(self, request: wrappers.Request) -> wrappers.Response:
        """TensorBoard's own scalars of a run's training: which tags there are, or the curves of some."""
        ctx, experiment = plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)
        tensorboard_runs, tags = self._tensorboard_runs(request)
        run, instead = required(request.args, "run"), texts(request.args, "scalar_run")
        scalar_runs = self._board.scalar_runs(run, tensorboard_runs, instead)
        requested = texts(request.args, "tag")
        if not requested:
            return self._answer(request, lambda: {"tags": {name: tags[name] for name in scalar_runs}})
        return self._answer(
            request, lambda: self._scalars.read_series(ctx, experiment, scalar_runs, requested).series_by_tag
        )

    def _static(self, request: wrappers.Request) -> wrappers.Response:
        """A file of the bundle. index.js is asked for anew each time, chunks have their digest in their name."""
        relative = request.path.partition("/static/")[2]
        if relative == ENTRY_FILE and (damage := bundle_damage(STATIC)):
            logger.warning("RL Board: %s. Type `%s`", damage, reinstall_command())
            page = page_module(Fault(damage, reinstall_command()), restart=False)
            fallback: wrappers.Response = http_util.Respond(request, page, "text/javascript", expires=0)
            return fallback
        joined = safe_join(str(STATIC), relative)
        if joined is None or not _is_file(path := Path(joined)):
            raise errors.NotFoundError("There is no such file in RL Board's bundle.")
        mime = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
        is_chunk = relative.startswith("chunks/")
        response: wrappers.Response = http_util.Respond(
            request,
            gzipped(path),
            mime or "application/octet-stream",
            content_encoding="gzip",  # TensorBoard unpacks it for clients that cannot
            expires=YEAR_SECONDS if is_chunk else 0,
        )
        if is_chunk:
            response.cache_control.immutable = True
        return response


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have (NUL, too long) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _refuse(request: wrappers.Request, sentence: str, code: int) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(request, sentence, "text/plain", code=code)
    return response
