"""The words and tables of a PDF, as JSON lines: run as a process of its own, by `isolation`.

A PDF is a program for drawing pages, made by strangers and run by large C and Python code. So this file is started
alone, without the project, without keys in its environment, with bounds on memory, processor time and files; its
parent watches how long each page takes and ends it. It writes nothing but its lines.

Two libraries, each for what it does best: pypdfium2 reads the words of a page in milliseconds, pdfplumber takes a
quarter of a second to rebuild the tables from the ruled lines, and is asked only for the pages that may matter.

Asked for with one JSON object as argument (`isolation` writes it), the PDF on standard input. Each line of output
is an object: `begin` before a page is touched, then `text` or `layout`, or `failed`; `pages` first and `end` last;
`refused` instead, where the file cannot be opened.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

#: Characters of one page that are read at all; a page of print has some two thousand.
CHARACTERS_MOST: Final = 40_000
#: Ruled lines and boxes of one page; tables of more are drawings.
STROKES_MOST: Final = 20_000
#: A table of a report runs on over so many pages.
OVERLEAF: Final = 2
#: How far apart words of one line stand, in points, when they stand in two columns.
COLUMN_GAP: Final = 7.0
#: Characters whose tops are nearer than this, in points, stand in one line.
SAME_LINE: Final = 3.0

Message = dict[str, Any]


def messages(body: bytes, asked: Message) -> Iterator[Message]:
    """What a PDF holds, page by page: all texts first, then the layout of pages whose text has a wanted word."""
    # imported here, so that the limits hold for what they do when they are loaded
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(body)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        yield {"refused": "encrypted" if "assword" in str(error) else f"broken: {error}"}
        return
    if count < 1:
        yield {"refused": "broken: it has no pages"}
        return
    yield {"pages": count}
    wanted, skip = re.compile(asked["wanted"]), {(stage, page) for stage, page in asked["skip"]}
    goes_on = re.compile(asked["goes_on"] or r"(?!)")
    telling: list[int] = []
    going: set[int] = set()
    for number in range(1, min(count, asked["pages_most"]) + 1):
        if ("text", number) in skip:
            continue
        yield {"begin": ["text", number]}
        try:
            text = _text(document, number)
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
            yield {"failed": ["text", number], "why": _why(error)}
            continue
        yield {"text": number, "words": text}
        plain = "".join(text.split())
        if wanted.search(plain):
            telling.append(number)
        elif goes_on.search(plain):
            going.add(number)
    document.close()
    left = [one for one in _with_following(telling, going) if ("layout", one) not in skip]
    chosen, beyond = left[: asked["layouts_most"]], left[asked["layouts_most"] :]
    if beyond:
        yield {
            "failed": ["layout", beyond[0]],
            "why": f"more than {asked['layouts_most']} pages of tables: the rest",
        }
    if not chosen:
        return
    yield {"begin": ["layout", chosen[0]]}
    import pdfplumber  # half a second, which most announcements need not wait

    try:
        opened = pdfplumber.open(BytesIO(body), pages=chosen)
        pages = opened.pages
    except Exception as error:
        # the library raises whatever a broken structure makes it raise
        yield {"failed": ["layout", chosen[0]], "why": _why(error)}
        return
    for page in pages:
        yield {"begin": ["layout", page.page_number]}
        try:
            yield {"layout": page.page_number, "blocks": _blocks(page)}
        except Exception as error:
            yield {"failed": ["layout", page.page_number], "why": _why(error)}
        page.close()


def _with_following(telling: list[int], going: set[int]) -> list[int]:
    """The pages, and those that may go on with a table of theirs; the page between two is needed for its edges."""
    found = set(telling)
    for page in telling:
        last = max((page + more for more in range(1, OVERLEAF + 1) if page + more in going), default=page)
        found.update(range(page, last + 1))
    return sorted(found)


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _text(document: Any, number: int) -> str:
    page = document[number - 1]
    words = page.get_textpage()
    found = words.get_text_range(0, min(words.count_chars(), CHARACTERS_MOST)) if words.count_chars() else ""
    words.close()
    page.close()
    return str(found).replace("\r\n", "\n").replace("\r", "\n")


def _blocks(page: Any) -> list[Message]:
    """Tables and the lines between them, from top to bottom."""
    if len(page.chars) > CHARACTERS_MOST:
        raise ValueError(f"a page of more than {CHARACTERS_MOST:,} characters")
    if len(page.edges) > STROKES_MOST:
        raise ValueError(f"a page of more than {STROKES_MOST:,} strokes")
    raised = _raised(page.chars)
    plain = page.filter(lambda one: one["object_type"] != "char" or _identity(one) not in raised)
    tables = plain.find_tables()
    boxes = [table.bbox for table in tables]
    outside = plain.filter(lambda one: one["object_type"] != "char" or not _inside(one, boxes))
    blocks = [{"top": table.bbox[1], "table": _rows(table)} for table in tables]
    blocks += [{"top": top, "line": cells} for top, cells in _lines(outside)]
    return sorted(blocks, key=lambda block: block["top"])


def _identity(char: Any) -> tuple[Any, ...]:
    return char["text"], char["x0"], char["top"]


def _raised(chars: Any) -> set[tuple[Any, ...]]:
    """Footnote marks: small and raised beside the character before. Left in, they would lengthen a number."""
    found: set[tuple[Any, ...]] = set()
    before, right = None, 0.0
    for char in chars:
        if before is not None:
            small = char["size"] < 0.8 * before["size"]
            beside = -1 < char["x0"] - right < 3
            if small and beside and char["bottom"] < before["bottom"] - 0.15 * before["size"]:
                found.add(_identity(char))
                right = char["x1"]
                continue
        before, right = char, char["x1"]
    return found


def _inside(char: Any, boxes: list[Any]) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)


def _rows(table: Any) -> list[list[list[Any]]]:
    """The cells of each row as column (from 1), left, right, words."""
    return [
        [
            [column, round(box[0], 1), round(box[2], 1), words or ""]
            for column, (box, words) in enumerate(zip(row.cells, written, strict=True), start=1)
            if box is not None
        ]
        for row, written in zip(table.rows, table.extract(), strict=True)
    ]


def _lines(page: Any) -> list[tuple[float, list[list[Any]]]]:
    """The lines of running text, each as cells: words with a wide gap between them stand in two."""
    lines: list[tuple[float, list[list[Any]]]] = []
    words = sorted(page.extract_words(), key=lambda word: (word["top"], word["x0"]))
    at = 0
    while at < len(words):
        top = words[at]["top"]
        ends = next((i for i in range(at, len(words)) if words[i]["top"] - top > SAME_LINE), len(words))
        cells: list[list[Any]] = []
        for word in sorted(words[at:ends], key=lambda word: word["x0"]):
            if cells and word["x0"] - cells[-1][2] < COLUMN_GAP:
                cells[-1][2], cells[-1][3] = round(word["x1"], 1), f"{cells[-1][3]} {word['text']}"
            else:
                cells.append([len(cells) + 1, round(word["x0"], 1), round(word["x1"], 1), word["text"]])
        lines.append((top, cells))
        at = ends
    return lines


def _limit(memory: int, seconds: int) -> None:
    """Bounds that the system keeps. One that it does not know (outside Linux) is left to the parent's clock."""
    import resource

    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for which, most in wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))


def main() -> None:
    """Read what was asked for, and write the lines."""
    asked = json.loads(sys.argv[1])
    _limit(asked["memory"], asked["seconds"])
    try:
        for message in messages(sys.stdin.buffer.read(), asked):
            print(json.dumps(message), flush=True)  # noqa: T201
    except MemoryError:
        return  # without its last line the parent knows where it stopped
    print(json.dumps({"end": True}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
