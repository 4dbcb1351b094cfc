from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator

import duckdb
import pytest
from waiting import wait_for

from tensorboard_plugin_rlboard.board.limits import query_limits
from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped, interruptible
from tensorboard_plugin_rlboard.errors import StoppedError

ENDLESS = "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE hash(a.range, b.range) = 1"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


def ask(
    watched: QueryLimits,
    database: duckdb.DuckDBPyConnection,
    client: str = "",
    place: str = "",
    gone: Callable[[], bool] | None = None,
) -> str:
    """Asks what would take for ever; returns why it ended."""
    try:
        with watched.question(client, place, gone):
            interruptible(database.cursor()).execute(ENDLESS).fetchall()
    except StoppedError as error:
        return str(error)
    return "answered"


def in_thread(work: Callable[[], str]) -> tuple[threading.Thread, list[str]]:
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(work()))
    thread.start()
    return thread, said


def test_a_question_that_takes_too_long_says_what_to_do(database: duckdb.DuckDBPyConnection) -> None:
    assert "longer than 0.1 seconds" in ask(QueryLimits(seconds=0.1), database)
    assert "narrow the steps" in ask(QueryLimits(seconds=0.1), database)


def test_what_comes_after_the_time_is_stopped_as_well(database: duckdb.DuckDBPyConnection) -> None:
    """An interrupt is heard by a running query only: the next one is interrupted again."""
    watched = QueryLimits(seconds=0.05)

    def late(then: Callable[[], object]) -> None:
        with watched.question():
            time.sleep(0.2)
            then()

    early = database.cursor()

    def begun() -> None:
        with watched.question():
            interruptible(early)
            time.sleep(0.2)
            early.execute(ENDLESS).fetchall()

    for question in (
        begun,
        lambda: late(lambda: interruptible(database.cursor())),
        lambda: late(check_stopped),
    ):
        with pytest.raises(StoppedError, match="longer"):
            question()


def test_a_newer_question_of_the_same_client_for_the_same_place_ends_the_older(
    database: duckdb.DuckDBPyConnection,
) -> None:
    watched = QueryLimits(seconds=300)
    older, said = in_thread(lambda: ask(watched, database, "tab", "table"))
    wait_for(lambda: bool(watched._by_place))
    with watched.question("tab", "chart"), watched.question("other", "table"), watched.question("tab", ""):
        time.sleep(0.1)
        assert older.is_alive(), "another place, another client, or no place: both are wanted"
    with watched.question("tab", "table"):
        older.join(60)
    assert said == [query_limits.SUPERSEDED]


def test_an_older_question_that_was_overtaken_on_its_way_is_given_up_itself() -> None:
    watched = QueryLimits(seconds=300)
    with watched.question("tab", "table", order=2):
        overtaken = pytest.raises(StoppedError, match=query_limits.SUPERSEDED)
        with overtaken, watched.question("tab", "table", order=1):
            raise AssertionError("the newer question is on screen")
        check_stopped()
        with watched.question("other", "table", order=1), watched.question("tab", "chart", order=1):
            check_stopped()
    with watched.question("tab", "table", order=1):
        check_stopped()
    assert not watched._by_place


def test_a_question_that_nobody_waits_for_is_ended(database: duckdb.DuckDBPyConnection) -> None:
    left = threading.Event()
    waiting, said = in_thread(lambda: ask(QueryLimits(seconds=300), database, gone=left.is_set))
    time.sleep(0.1)
    left.set()
    waiting.join(60)
    assert said == [query_limits.DISCONNECTED]


def test_other_cursors_go_on(database: duckdb.DuckDBPyConnection) -> None:
    watched = QueryLimits(seconds=0.3)
    stopped, said = in_thread(lambda: ask(watched, database))
    other = database.cursor()
    while stopped.is_alive():
        assert other.execute("SELECT sum(range) FROM range(10)").fetchall() == [(45,)]
    assert "longer" in said[0]


def test_heavy_questions_wait_for_their_turn(database: duckdb.DuckDBPyConnection) -> None:
    watched = QueryLimits(seconds=0.2, heavy=1)
    late = pytest.raises(StoppedError, match=r"Other questions over whole runs .* try again")
    with watched.heavy(), late, watched.question(), watched.heavy():
        raise AssertionError("there was no place")
    with watched.question(), watched.heavy():
        pass
    with pytest.raises(KeyError), watched.heavy():
        raise KeyError
    with watched.heavy():
        pass


def test_places_are_given_in_the_order_in_which_they_are_asked_for() -> None:
    watched, order = QueryLimits(seconds=60, heavy=1), list[int]()

    def wait(number: int) -> str:
        with watched.question(), watched.heavy():
            order.append(number)
        return ""

    threads = []
    with watched.heavy():
        for number in range(6):
            threads.append(in_thread(functools.partial(wait, number))[0])
            while watched.slots.waiting <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(60)
    assert order == [0, 1, 2, 3, 4, 5]


def test_who_is_given_up_while_waiting_keeps_no_place() -> None:
    watched = QueryLimits(seconds=60, heavy=1)

    def wait() -> str:
        with watched.question("tab", "chart"):
            try:
                with watched.heavy():
                    return "answered"
            except StoppedError as error:
                return str(error)

    with watched.heavy():
        waiting, said = in_thread(wait)
        while not watched.slots.waiting:
            time.sleep(0.001)
        with watched.question("tab", "chart"):
            waiting.join(60)
        assert said == [query_limits.SUPERSEDED]
    with watched.question(), watched.heavy():
        pass


def test_searches_have_places_of_their_own() -> None:
    """A number waits for a search no longer than a moment, as the watch notices, and one search for another."""
    watched = QueryLimits(seconds=3, heavy=1, searches=1)
    late = pytest.raises(StoppedError, match=r"^Other searches were being answered all the time; try again")
    with watched.search(), watched.question(), watched.heavy():
        pass
    with watched.search(), late, watched.question(), watched.search():
        raise AssertionError("there was no place")


def test_once_it_has_its_place_a_question_has_taken_too_long(database: duckdb.DuckDBPyConnection) -> None:
    watched = QueryLimits(seconds=0.2, searches=1)
    with pytest.raises(StoppedError, match="longer"), watched.question(), watched.search():
        interruptible(database.cursor()).execute(ENDLESS).fetchall()


def test_errors_of_a_question_stay_what_they_are(database: duckdb.DuckDBPyConnection) -> None:
    watched = QueryLimits()
    with pytest.raises(duckdb.ParserException), watched.question():
        interruptible(database.cursor()).execute("SELEC")
    with pytest.raises(ZeroDivisionError), watched.question():
        _ = 1 / 0


def test_what_needs_too_much_memory_says_what_to_do() -> None:
    small = duckdb.connect(config={"memory_limit": "10MB", "temp_directory": ""})
    watched = QueryLimits()
    with pytest.raises(StoppedError, match="memory"), watched.question():
        interruptible(small.cursor()).execute(
            "SELECT count(DISTINCT hash(range) || 'x') FROM range(5000000)"
        ).fetchall()
    small.close()


def test_nothing_is_kept_of_questions_that_have_ended(database: duckdb.DuckDBPyConnection) -> None:
    watched = QueryLimits()
    for _ in range(5):
        with watched.question("tab", "table"):
            interruptible(database.cursor())
    assert not watched._running
    assert not watched._by_place


def test_outside_of_a_question_nothing_is_limited(database: duckdb.DuckDBPyConnection) -> None:
    assert interruptible(database.cursor()).execute("SELECT 1").fetchall() == [(1,)]
    check_stopped()
