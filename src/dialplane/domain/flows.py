"""Whether the graph of a flow agent holds together, and what in it will not work in a call."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from dialplane.domain.frozen import dataclass

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
    """One remark on a graph: `field` lies in the node, or in the request if no node is named.

    `reason` names an entry of the transport's catalogue of reasons.
    """

    reason: str
    node_id: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReport:
    """Errors: the graph does not hold together. Advisories: what a call would run into."""

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
        yield FlowProblem("flow_without_nodes", field="flow.nodes")
        return
    known: set[str] = set()
    for place, node in enumerate(nodes):
        node_id = _text(node, "id")
        if node_id is None:
            yield FlowProblem("text_needed", field=f"flow.nodes.{place}.id")
        if _text(node, "type") is None:
            where = f"flow.nodes.{place}.type" if node_id is None else "type"
            yield FlowProblem("text_needed", node_id, where)
        if node_id in known:
            yield FlowProblem("node_id_repeated", node_id, "id")
        known |= {node_id} if node_id else set()


def _begin_errors(flow: Graph) -> Iterator[FlowProblem]:
    begins = [node for node in _nodes(flow) if _text(node, "type") == "begin"]
    if _nodes(flow) and not begins:
        yield FlowProblem("begin_node_missing", field="flow.nodes")
    for node in begins[1:]:
        yield FlowProblem("begin_node_repeated", _text(node, "id"), "type")


def _edge_errors(flow: Graph) -> Iterator[FlowProblem]:
    edges = flow.get("edges", [])
    if not isinstance(edges, list):
        yield FlowProblem("list_needed", field="flow.edges")
        return
    known = {_text(node, "id") for node in _nodes(flow)} - {None}
    for place, edge in enumerate(edges):
        for side, node_id in zip(("source", "target"), _ends(edge), strict=True):
            if node_id not in known:
                yield FlowProblem("node_unknown", field=f"flow.edges.{place}.{side}")


def _advisories(flow: Graph) -> Iterator[FlowProblem]:
    reached = _reached(flow)
    working = [node for node in _nodes(flow) if node["type"] != "note"]
    for node in working:
        if node["id"] not in reached:
            yield FlowProblem("node_unreachable", node["id"])
        if node["type"] not in NODE_TYPES:
            yield FlowProblem("node_type_unknown", node["id"], "type")
        if node["type"] == "conversation" and not _has_words(node):
            yield FlowProblem("prompt_missing", node["id"], "data.prompt")
    if not any(node["type"] in _FINAL_TYPES and node["id"] in reached for node in working):
        yield FlowProblem("end_unreachable", field="flow.nodes")


def _reached(flow: Graph) -> set[str]:
    """Every node a call can come to: from the beginning, or because it may be entered anywhere."""
    onward: dict[str, list[str]] = {}
    for source, target in map(_ends, flow.get("edges", [])):
        onward.setdefault(str(source), []).append(str(target))
    ahead = [node["id"] for node in _nodes(flow) if node["type"] == "begin" or _is_global(node)]
    reached: set[str] = set()
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            ahead += onward.get(here, [])
    return reached


def _nodes(flow: Graph) -> list[Graph]:
    nodes = flow.get("nodes")
    return [node for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []


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
