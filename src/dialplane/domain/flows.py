"""Whether the graph of a flow agent can be saved, and what in it will not work in a call."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Graph = dict[str, Any]

NODE_TYPES: Final = frozenset(
    {
        "begin",
        "conversation",
        "tool",
        "condition",
        "extraction",
        "api",
        "sendSms",
        "transferCall",
        "transferAgent",
        "endCall",
        "note",
    }
)
_FINAL_TYPES: Final = frozenset({"endCall", "transferCall", "transferAgent"})
_WORDS_OF_A_CONVERSATION: Final = (
    "prompt",
    "static_sentence",
    "staticSentence",
    "first_message",
    "firstMessage",
)
_MARKS_OF_A_GLOBAL_NODE: Final = ("global_node_setting", "globalNodeSettings")


class Level(StrEnum):
    CRITICAL = "critical"
    RUNTIME = "runtime"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """One remark on a graph: `field` is a path from its root.

    `reason` names an entry of the transport's catalogue of reasons.
    """

    reason: str
    node_id: str | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReport:
    """Errors forbid saving; advisories name what a caller on the line would run into."""

    errors: tuple[FlowProblem, ...] = ()
    advisories: tuple[FlowProblem, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors

    def told_at(self, level: Level) -> "FlowReport":
        return FlowReport(
            errors=() if level is Level.RUNTIME else self.errors,
            advisories=() if level is Level.CRITICAL else self.advisories,
        )


def default_flow() -> Graph:
    """What a flow agent starts with when it was made without a graph."""
    prompt = "고객의 용건을 묻고 친절하게 응대하세요."
    return {
        "nodes": [
            _node("begin", x=0, name="시작", first_line_type="aiFirst"),
            _node("conversation", x=300, name="대화", prompt_type="dynamic", prompt=prompt),
            _node("endCall", x=600, name="통화 종료", prompt_type="none"),
        ],
        "edges": [
            _edge("begin", "conversation", {"type": "fallback"}),
            _edge("conversation", "endCall", {"type": "ai", "prompt": "고객의 용건이 끝났다."}),
        ],
    }


def _node(node_type: str, *, x: int, **settings: str) -> Graph:
    return {"id": node_type, "type": node_type, "position": {"x": x, "y": 0}, "data": settings}


def _edge(source: str, target: str, condition: Graph) -> Graph:
    return {
        "id": f"{source}-{target}",
        "source": source,
        "target": target,
        "condition": condition,
        "skip_user_response": False,
    }


def check_flow(flow: Graph) -> FlowReport:
    """Judge the public graph and the older one of the builder alike."""
    errors = (*_node_errors(flow), *_begin_errors(flow), *_edge_errors(flow))
    # A graph that does not hold together cannot be walked, so nothing is said about the walk.
    return FlowReport(errors=errors, advisories=() if errors else tuple(_advisories(flow)))


def _node_errors(flow: Graph) -> Iterator[FlowProblem]:
    nodes = flow.get("nodes")
    if not isinstance(nodes, list) or not nodes:
        yield FlowProblem("flow_without_nodes", field="nodes")
        return
    known: set[str] = set()
    for place, node in enumerate(nodes):
        node_id = _text(node, "id")
        for name in ("id", "type"):
            if _text(node, name) is None:
                yield FlowProblem("text_needed", node_id, f"nodes[{place}].{name}")
        if node_id in known:
            yield FlowProblem("node_id_repeated", node_id, f"nodes[{place}].id")
        known |= {node_id} if node_id else set()


def _begin_errors(flow: Graph) -> Iterator[FlowProblem]:
    begins = [each for each in _nodes(flow) if _text(each[1], "type") == "begin"]
    if _nodes(flow) and not begins:
        yield FlowProblem("begin_node_missing", field="nodes")
    for place, node in begins[1:]:
        yield FlowProblem("begin_node_repeated", _text(node, "id"), f"nodes[{place}].type")


def _edge_errors(flow: Graph) -> Iterator[FlowProblem]:
    edges = flow.get("edges", [])
    if not isinstance(edges, list):
        yield FlowProblem("list_needed", field="edges")
        return
    known = {_text(node, "id") for _, node in _nodes(flow)} - {None}
    for place, edge in enumerate(edges):
        source, target = _ends(edge)
        if source not in known:
            yield FlowProblem("node_unknown", None, f"edges[{place}].source")
        if target not in known:
            nearest = source if source in known else None
            yield FlowProblem("node_unknown", nearest, f"edges[{place}].target")


def _advisories(flow: Graph) -> Iterator[FlowProblem]:
    reached = _reached(flow)
    working = [each for each in _nodes(flow) if each[1]["type"] != "note"]
    for place, node in working:
        if node["id"] not in reached:
            yield FlowProblem("node_unreachable", node["id"], f"nodes[{place}]")
        if node["type"] not in NODE_TYPES:
            yield FlowProblem("node_type_unknown", node["id"], f"nodes[{place}].type")
        if node["type"] == "conversation" and not _has_words(node):
            yield FlowProblem("prompt_missing", node["id"], f"nodes[{place}].data.prompt")
    if not any(node["type"] in _FINAL_TYPES and node["id"] in reached for _, node in working):
        yield FlowProblem("end_unreachable", field="nodes")


def _reached(flow: Graph) -> set[str]:
    """Every node a call can come to: from the beginning, or because it may be entered anywhere."""
    onward: dict[str, list[str]] = {}
    for source, target in map(_ends, flow.get("edges", [])):
        onward.setdefault(str(source), []).append(str(target))
    ahead = [node["id"] for _, node in _nodes(flow) if node["type"] == "begin" or _is_global(node)]
    reached: set[str] = set()
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            ahead += onward.get(here, [])
    return reached


def _nodes(flow: Graph) -> list[tuple[int, Graph]]:
    """Each node with its place, as far as there are nodes at all."""
    nodes = flow.get("nodes")
    if not isinstance(nodes, list):
        return []
    return [(place, node) for place, node in enumerate(nodes) if isinstance(node, dict)]


def _text(thing: Any, *names: str) -> str | None:
    """The first of these fields that says something."""
    found = (thing.get(name) for name in names) if isinstance(thing, dict) else ()
    return next((value for value in found if isinstance(value, str) and value.strip()), None)


def _ends(edge: Any) -> tuple[str | None, str | None]:
    return _text(edge, "source", "from"), _text(edge, "target", "to")


def _is_global(node: Graph) -> bool:
    settings = node.get("data")
    return isinstance(settings, dict) and any(mark in settings for mark in _MARKS_OF_A_GLOBAL_NODE)


def _has_words(node: Graph) -> bool:
    return _text(node.get("data"), *_WORDS_OF_A_CONVERSATION) is not None
