"""What TensorBoard imports at start-up, by the entry point ``tensorboard_plugins``.

TensorBoard loads entry points without a safety net: an ImportError raised while this module is imported ends
the whole process. So nothing is imported here that could be missing or slow; the plugin itself is imported in
``load``, and a failure there costs the user this tab only.
"""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from tensorboard.plugins import base_plugin

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

logger = logging.getLogger(__name__)


class RLBoardLoader(base_plugin.TBLoader):  # type: ignore[misc]  # TensorBoard ships no types
    """Makes the plugin, or says in one sentence why there is none."""

    def define_flags(self, parser: argparse.ArgumentParser) -> None:
        """Adds the plugin's command line flags."""
        group = parser.add_argument_group("RL Board plugin")
        group.add_argument(
            "--rlboard_cache_dir",
            metavar="PATH",
            type=str,
            default="",
            help="Where the index of rollout logs is kept between starts; `none` keeps nothing. (default: rlboard in "
            "$XDG_CACHE_HOME, else ~/.cache/rlboard; never the log directory)",
        )
        group.add_argument(
            "--rlboard_memory_limit",
            metavar="SIZE",
            type=str,  # read later: a wrong value must not keep TensorBoard from starting
            default="",
            help="Memory that RL Board's databases may use together, in megabytes or as 512MB, 2GB; what does not fit "
            "is kept on disk. (default: 512MB)",
        )
        group.add_argument(
            "--rlboard_config",
            metavar="FILE",
            type=str,  # read later, too: the tab says what is wrong with it
            default="",
            help="An rlboard.toml whose settings count before those of the files of that name in the log directory: "
            "which keys of foreign logs are the prompt, response and reward, which scalars belong to which rollouts.",
        )
        group.add_argument(
            "--rlboard_allowed_hosts",
            metavar="NAMES",
            type=str,  # read later, too
            default="",
            help="Further host names under which RL Board answers, with commas between them: those of a proxy in front "
            "of TensorBoard. `.example.org` allows every name below it, `*` every name. (default: localhost, addresses "
            "in digits, the value of --host, and with --bind_all the names of this machine)",
        )

    def load(self, context: base_plugin.TBContext) -> RLBoardPlugin | None:
        """Make the plugin for one TensorBoard.

        Args:
            context: What TensorBoard offers its plugins (log directory, flags, data provider).

        Returns:
            The plugin, or None where a package that it needs is missing; TensorBoard then runs without the tab.
        """
        try:
            from tensorboard_plugin_rlboard.plugin import RLBoardPlugin  # noqa: PLC0415 (see the module's docstring)
        except ImportError as error:
            logger.warning("The RL Board tab is left out because an import failed: %s", error)
            return None
        return RLBoardPlugin(context)
