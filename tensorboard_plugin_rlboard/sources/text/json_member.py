"""What is known of a member of a JSON object that may hold rows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Member:
    """What is known of a member's value.

    Attributes:
        scalar: The value itself, where it is neither a list nor an object; of a long text the beginning.
        is_list, is_object: Whether it is one.
        size: Items of the list or of the object.
        first: The first item of the list, the first value of the object, without the texts in it; None where there is none.
        all_texts, all_objects, all_lists: Whether every item (every value) is one.
        is_numbered: Whether the keys of an object are the numbers from 0 on.
        sample_words: Which words of a sample are keys of the object, or of the first item of the list.
        texts: The items, where all are texts and they are no more than a table has columns.
        opens_object: Whether the list begins with an object, which may be cut off.
        list_of_rows: The only member of an object that is called a list of rows and begins with a sample; else empty.
        numbered: Of an object whose numbered members are objects, and whose others are bare values (OpenCompass tells the
            `type` of its details so), the names of the numbered ones: what else is said here is of them alone.
    """

    scalar: object = None
    is_list: bool = False
    is_object: bool = False
    size: int = 0
    first: object = None
    all_texts: bool = False
    all_objects: bool = False
    all_lists: bool = False
    is_numbered: bool = False
    sample_words: tuple[str, ...] = ()
    texts: list[str] = field(default_factory=list)
    opens_object: bool = False
    list_of_rows: str = ""
    numbered: frozenset[str] = frozenset()
