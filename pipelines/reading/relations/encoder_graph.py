"""Writes the encoder as a graph for onnxruntime (needs the extra `train`): layers at four bits, or at seven.

Products are of whole numbers. A layer as it was pretrained keeps its four bits exactly in the file; when the
graph is loaded, its weights are rounded to seven bits a column. Eight would overflow on processors without VNNI.
A few inputs of a product are ten times as large as all others, and would make the steps coarse: these loud ones
are multiplied apart, as floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper, numpy_helper

from pipelines.reading.relations.labels import LABELS, TYPES, Matrix
from pipelines.reading.relations.pretrained import BLOCK, Blocks

Arrays = Mapping[str, Matrix]
#: By linear part of a layer, the columns of its input that are loud.
Loud = Mapping[str, npt.NDArray[np.int64]]

_MOST: Final = 63
_EPSILON: Final = 1e-12
_OURS: Final = "com.microsoft"


@dataclass
class _Graph:
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **settings: Any) -> str:
        """A node of one output, which has the node's name."""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, domain=domain, **settings))
        return name


def graph(
    lower: Sequence[tuple[Mapping[str, Blocks], Arrays]],
    start: Arrays,
    upper: Arrays,
    many: int,
    heads: int,
    loud: Sequence[Loud],
) -> bytes:
    """`lower`: the pretrained layers, their packed and their plain arrays (q.w, q.b …). `start`: ln.w and ln.b.
    `upper`: the arrays of the network that was trained, with `many` layers of its own. `loud`: by layer."""
    made = _Graph()
    wide = start["ln.w"].shape[0]
    seen = _normed(made, "start", "words", start["ln.w"], start["ln.b"])
    for at, (packed, plain) in enumerate(lower):
        weights = {
            name: _packed(
                made, f"l{at}.{name}.w", _beside([packed[f"{part}.w"] for part in parts]), loud[at][parts[0]]
            )
            for name, parts in _JOINED.items()
        }
        seen = _layer(made, f"l{at}", seen, weights, plain, heads)
    seen = made.add("Add", [seen, _marks(made, upper["mark.weight"])], "marked")
    for at in range(many):
        own = {name.removeprefix(f"layers.{at}."): value for name, value in upper.items()}
        weights = {
            name: _rounded(
                made,
                f"u{at}.{name}.w",
                np.concatenate([own[f"{part}.weight"] for part in parts]),
                loud[len(lower) + at][parts[0]],
            )
            for name, parts in _JOINED.items()
        }
        plain = {f"{name}.b": own[f"{name}.bias"] for name in LINEAR}
        for name in ("aln", "oln"):
            plain |= {f"{name}.w": own[f"{name}.weight"], f"{name}.b": own[f"{name}.bias"]}
        seen = _layer(made, f"u{at}", seen, weights, plain, heads)
    _head(made, seen, upper, wide)
    given = [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["pairs", "pieces", wide]),
        helper.make_tensor_value_info("who", TensorProto.INT64, ["pairs", "pieces"]),
        helper.make_tensor_value_info("there", TensorProto.INT32, ["pairs", "pieces"]),
        helper.make_tensor_value_info("pools", TensorProto.FLOAT, ["pairs", 4, "pieces"]),
    ]
    told = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["pairs", len(LABELS) + len(TYPES)])]
    model = helper.make_model(
        helper.make_graph(made.nodes, "relations", given, told, made.constants),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_OURS, 1)],
        ir_version=10,
    )
    return bytes(model.SerializeToString())


LINEAR: Final = ("q", "k", "v", "ao", "fi", "fo")
#: Products of one input are one product, and its inputs are rounded once.
_JOINED: Final = {"qkv": ("q", "k", "v"), "ao": ("ao",), "fi": ("fi",), "fo": ("fo",)}


@dataclass(frozen=True, slots=True)
class _Weights:
    """Names in the graph: whole numbers (in, out), their scale by column; which inputs are not loud (1, else 0),
    which are loud, and their weights."""

    whole: str
    scale: str
    quiet: str
    loud: str
    apart: str


def _layer(
    made: _Graph, at: str, seen: str, weights: Mapping[str, _Weights], plain: Arrays, heads: int
) -> str:
    def linear(name: str, given: str) -> str:
        bias = made.constant(f"{at}.{name}.b", np.concatenate([plain[f"{part}.b"] for part in _JOINED[name]]))
        own = weights[name]
        quiet = made.add("Mul", [given, own.quiet], f"{at}.{name}.quiet")
        most = made.add(
            "DynamicQuantizeMatMul", [quiet, own.whole, own.scale, "", bias], f"{at}.{name}.most", _OURS
        )
        loud = made.add("Gather", [given, own.loud], f"{at}.{name}.loud", axis=2)
        return made.add(
            "Add", [most, made.add("MatMul", [loud, own.apart], f"{at}.{name}.rest")], f"{at}.{name}"
        )

    looks = [f"{at}.{name}" for name in _JOINED["qkv"]]
    made.nodes.append(
        helper.make_node("Split", [linear("qkv", seen)], looks, f"{at}.split", axis=2, num_outputs=len(looks))
    )
    looked = made.add(
        "MultiHeadAttention",
        [*looks, "", "there"],
        f"{at}.look",
        _OURS,
        num_heads=heads,
    )
    added = made.add("Add", [seen, linear("ao", looked)], f"{at}.added")
    seen = _normed(made, f"{at}.aln", added, plain["aln.w"], plain["aln.b"])
    bent = made.add("Gelu", [linear("fi", seen)], f"{at}.bent")
    added = made.add("Add", [seen, linear("fo", bent)], f"{at}.further")
    return _normed(made, f"{at}.oln", added, plain["oln.w"], plain["oln.b"])


def _normed(made: _Graph, name: str, given: str, weight: Matrix, bias: Matrix) -> str:
    inputs = [given, made.constant(f"{name}.w", weight), made.constant(f"{name}.b", bias)]
    return made.add("LayerNormalization", inputs, name, axis=-1, epsilon=_EPSILON)


def _rounded(made: _Graph, name: str, weight: Matrix, loud: npt.NDArray[np.int64]) -> _Weights:
    """An array (out, in) as whole numbers."""
    scale = _scale(weight)
    whole = made.constant(name, np.rint(weight / scale[:, None]).astype(np.int8).T)
    return _Weights(whole, made.constant(f"{name}.scale", scale), *_apart(made, name, weight, loud))


def _scale(weight: Matrix) -> Matrix:
    return np.asarray(np.maximum(np.abs(weight).max(axis=1), 1e-9) / _MOST, np.float32)


def _apart(made: _Graph, name: str, weight: Matrix, loud: npt.NDArray[np.int64]) -> tuple[str, str, str]:
    quiet = np.ones(weight.shape[1], np.float32)
    quiet[loud] = 0
    return (
        made.constant(f"{name}.quiet", quiet),
        made.constant(f"{name}.loud", loud),
        made.constant(f"{name}.apart", weight[:, loud].T.astype(np.float32)),
    )


def _packed(made: _Graph, name: str, blocks: Blocks, loud: npt.NDArray[np.int64]) -> _Weights:
    """The same, unpacked from four bits by the graph itself."""
    scale = _scale(blocks.values)
    made.constants.append(
        helper.make_tensor(
            f"{name}.steps", TensorProto.INT4, blocks.steps.shape, _pairs(blocks.steps), raw=True
        )
    )
    steps = made.constant(f"{name}.blocks", blocks.scale)
    halves = made.add(
        "DequantizeLinear", [f"{name}.steps", steps], f"{name}.halves", axis=1, block_size=BLOCK
    )
    whole = made.add("Cast", [halves], f"{name}.values", to=TensorProto.FLOAT)
    across = made.add("Transpose", [whole], f"{name}.across", perm=[1, 0])
    columns = made.constant(f"{name}.scale", scale)
    parts = made.add("Round", [made.add("Div", [across, columns], f"{name}.parts")], f"{name}.round")
    unpacked = made.add("Cast", [parts], f"{name}.whole", to=TensorProto.INT8)
    return _Weights(unpacked, columns, *_apart(made, name, blocks.values, loud))


def _beside(blocks: Sequence[Blocks]) -> Blocks:
    """Arrays of the same columns, one under the other."""
    return Blocks(
        np.concatenate([one.steps for one in blocks]), np.concatenate([one.scale for one in blocks])
    )


def _pairs(steps: npt.NDArray[np.int8]) -> bytes:
    """Two numbers of four bits in a byte, the first one below."""
    flat = steps.ravel().view(np.uint8) & 15
    return (flat[::2] | flat[1::2] << 4).tobytes()


def _marks(made: _Graph, marks: Matrix) -> str:
    return made.add("Gather", [made.constant("marks", marks), "who"], "mark")


def _head(made: _Graph, seen: str, upper: Arrays, wide: int) -> None:
    """Of A, of B, A times B, between, everywhere: side by side, and weighed."""
    pooled = made.add("MatMul", ["pools", seen], "pooled")
    sizes = made.constant("sizes", np.array([1, 1, 1, 1]))
    made.nodes.append(helper.make_node("Split", [pooled, sizes], ["a", "b", "gap", "all"], "split", axis=1))
    both = made.add("Mul", ["a", "b"], "both")
    beside = made.add("Concat", ["a", "b", both, "gap", "all"], "beside", axis=2)
    flat = made.add("Reshape", [beside, made.constant("flat", np.array([-1, 5 * wide]))], "flattened")
    weight = made.constant("out.w", upper["out.weight"].T.astype(np.float32))
    made.add("Gemm", [flat, weight, made.constant("out.b", upper["out.bias"])], "scores")
