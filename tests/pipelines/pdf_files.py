"""Small PDFs for tests: words at places, and ruled tables, in a Chinese font that every reader knows by name."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Row = Sequence[str | None]
#: Points, with the origin at the bottom left, as PDF has it: A4.
WIDTH, HEIGHT = 595, 842
_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[4 0 R]>>",
    # ASCII (CIDs 1 to 95) is half as wide as a Chinese character
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]/FontDescriptor 5 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
    b"/Descent -120/CapHeight 880/StemV 93>>",
)


@dataclass
class Page:
    """Draws from top to bottom; `at` is the height of the next line."""

    at: float = HEIGHT - 60
    drawn: list[str] = field(default_factory=list)

    def words(self, text: str, left: float = 60, size: float = 9, at: float | None = None) -> None:
        place = self.at if at is None else at
        code = text.encode("utf-16-be").hex()
        self.drawn.append(f"BT /F1 {size} Tf {left:.1f} {place:.1f} Td <{code}> Tj ET")

    def line(self, *texts: str, lefts: Sequence[float] = (60,)) -> None:
        """A line of text, in several places where `lefts` has several."""
        for text, left in zip(texts, lefts, strict=True):
            self.words(text, left)
        self.at -= 16

    def lines(self, text: str) -> None:
        for one in text.strip().split("\n"):
            self.line(one.strip())

    def table(
        self, rows: Iterable[Row], widths: Sequence[float] = (180, 100, 100, 100), size: float = 9
    ) -> None:
        """A ruled table; None goes on with the cell to the left, a line end within a cell starts a new line."""
        lefts = [60.0]
        for width in widths:
            lefts.append(lefts[-1] + width)
        self.at += 8
        for row in rows:
            tall = 6 + 12 * max((one or "").count("\n") + 1 for one in row)
            top, bottom = self.at, self.at - tall
            ends = [i for i in range(len(row)) if i + 1 == len(row) or row[i + 1] is not None]
            start = 0
            for end in ends:
                left, right = lefts[start], lefts[end + 1]
                self.drawn.append(f"{left} {bottom} {right - left} {tall} re S")
                for number, line in enumerate((row[start] or "").split("\n")):
                    self.words(line, left + 2, size, top - 12 - 12 * number)
                start = end + 1
            self.at = bottom
        self.at -= 22


def pdf(*pages: Page, more: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """The file of these pages. `more` are further objects, or others in place of those made, by number."""
    first = 6
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        3: _FONT[0],
        4: _FONT[1],
        5: _FONT[2],
    }
    for i, page in enumerate(pages):
        content = stream("\n".join(page.drawn).encode())
        objects[first + 2 * i] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {first + 2 * i + 1} 0 R>>"
        ).encode()
        objects[first + 2 * i + 1] = content
    objects |= more or {}
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def stream(content: bytes, *, packed: bool = False) -> bytes:
    """A stream's object; `packed` by deflate, `content` then being what is already packed."""
    filters = b"/Filter/FlateDecode" if packed else b""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), filters, content)


def bomb(millions: int) -> bytes:
    """So many million spaces, deflated to a thousandth: one block over and over, and the sum of them all."""
    packer = zlib.compressobj(9)
    once = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    size = millions * 1_000_000
    low, high = (1 + 32 * size) % 65521, (size + 16 * size * (size + 1)) % 65521
    head, block = once[:2], once[2:]
    return head + block * millions + b"\x03\x00" + (high << 16 | low).to_bytes(4, "big")
