"""Bytes of archives, whole, torn and damaged."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import tracemalloc

import pytest
from archives import PACK, both, every, unpack, zstd
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor, fault_near_beginning
from tensorboard_plugin_rlboard.sources.kinds.names import compression_by_name


@every
@given(members=st.lists(st.binary(max_size=300), max_size=4), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_members_are_unpacked_in_whatever_pieces_they_come(
    suffix: str, members: list[bytes], cuts: list[int]
) -> None:
    packed = b"".join(map(PACK[suffix], members))
    ends = [0, *sorted(cut for cut in cuts if cut < len(packed)), len(packed)]
    pieces = [packed[a:b] for a, b in itertools.pairwise(ends)]
    assert unpack(suffix, pieces) == (b"".join(members), "")


@every
def test_few_bytes_that_unpack_to_many_come_in_small_pieces(suffix: str) -> None:
    packed = PACK[suffix](bytes(20_000_000))
    tracemalloc.start()
    sizes = [len(piece) for piece in Decompressor(compression_by_name(suffix)).feed(packed)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 256 * 1024
    assert peak < 10_000_000


@both
def test_torn_archive_gives_what_is_there(suffix: str) -> None:
    noise = os.urandom(500_000)
    packed = PACK[suffix](noise)
    data, damage = unpack(suffix, [packed[: len(packed) // 2]])
    assert noise.startswith(data)
    assert len(data) > 100_000
    assert "ends in the middle" in damage


def test_corrupt_gzip_gives_what_is_before_the_damage() -> None:
    noise = os.urandom(100_000)
    packed = bytearray(gzip.compress(noise))
    packed[-8] ^= 1  # the checksum
    data, damage = unpack(".gz", [bytes(packed)])
    assert data == noise
    # The four bytes of the checksum are followed by four of the length: with the last of them it is known to be wrong.
    place = f"at byte {len(packed) - 5} (incorrect data check)"
    assert damage == f"The archive is corrupt {place}; the lines before that place are shown."
    text = b"".join(b"%d, " % i for i in range(50_000))
    packed = bytearray(gzip.compress(text))
    middle = len(packed) // 2
    packed[middle : middle + 200] = b"\xff" * 200
    data, damage = unpack(".gz", [bytes(packed)])
    assert data[: len(text) // 3] == text[: len(text) // 3]
    assert "corrupt" in damage


@pytest.mark.parametrize("piece", [7, 64, 100_000])
def test_the_place_of_damage_does_not_depend_on_the_reads(piece: int) -> None:
    packed = bytearray(gzip.compress(b"".join(b"%d, " % i for i in range(50_000))))
    packed[5_000:5_100] = b"\xff" * 100
    unpacker = Decompressor("gzip")
    for at in range(0, len(packed), piece):
        for _ in unpacker.feed(bytes(packed[at : at + piece])):
            pass
    where = int(unpacker.place.removeprefix("at byte ").partition(" ")[0])
    assert 5_000 <= where < len(packed)
    whole = Decompressor("gzip")
    list(whole.feed(bytes(packed)))
    assert unpacker.place == whole.place


@both
def test_a_fault_near_the_beginning_is_told_with_its_place(suffix: str) -> None:
    packed = bytearray(PACK[suffix](b'{"a": 1}\n' * 5_000))
    kind = compression_by_name(suffix)
    assert fault_near_beginning(kind, io.BytesIO(bytes(packed))) == ""
    assert fault_near_beginning(kind, io.BytesIO(bytes(packed[:20]))) == "", (
        "it is torn, or still being written"
    )
    packed[12:40] = b"\xff" * 28
    assert " byte " in fault_near_beginning(kind, io.BytesIO(bytes(packed)))


@both
def test_looking_for_a_fault_unpacks_a_megabyte_at_most(suffix: str) -> None:
    packed = PACK[suffix](bytes(30_000_000))
    stored = io.BytesIO(packed + b"no archive")
    assert fault_near_beginning(compression_by_name(suffix), stored) == ""


def test_corrupt_zstd_gives_the_blocks_before_the_damage() -> None:
    noise = os.urandom(900_000)
    packed = bytearray(zstd.compress(noise, options={zstd.CompressionParameter.checksum_flag: 1}))
    packed[-1] ^= 1
    data, damage = unpack(".zst", [bytes(packed)])
    assert noise.startswith(data)
    assert len(data) > 500_000
    assert "corrupt" in damage


def test_what_lies_behind_the_archive() -> None:
    packed = gzip.compress(b"a\n")
    data, damage = unpack(".gz", [packed, b"garbage that is long enough"])
    assert data == b"a\n"
    assert damage == "Behind the archive's end are bytes that are no archive; they are left out."
    assert "corrupt" in unpack(".gz", [b"no archive at all"])[1]


def test_zeros_behind_members_are_said_as_lines_may_be_gone_there() -> None:
    a, b = gzip.compress(b"a\n"), gzip.compress(b"b\n")
    assert unpack(".gz", [a, bytes(1)]) == (
        b"a\n",
        "The archive has 1 byte of zeros behind its members, as padding or a crash leaves them: lines that stood there are gone.",
    )
    data, said = unpack(".gz", [a + bytes(300), bytes(200), b])
    assert data == b"a\nb\n"
    assert "500 bytes of zeros" in said
