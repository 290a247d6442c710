"""A flow graph holds together, or says what is broken and what would go wrong in a call."""

from typing import Any

import pytest

from dialplane.domain.flows import Graph, Level, check_flow, default_flow


def node(node_id: str, node_type: str, **settings: object) -> Graph:
    return {"id": node_id, "type": node_type, "data": settings}


def edge(source: str, target: str) -> Graph:
    return {"source": source, "target": target}


Told = tuple[str | None, str | None, str]

BEGIN = node("begin", "begin")
TALK = node("talk", "conversation", prompt="Ask what it is about.")
END = node("end", "endCall")
CHAIN = [edge("begin", "talk"), edge("talk", "end")]


def told(problems: tuple[Any, ...]) -> list[Told]:
    return [(problem.node_id, problem.field, problem.reason) for problem in problems]


def errors(flow: Graph) -> list[Told]:
    return told(check_flow(flow).errors)


def advisories(*nodes: Graph, edges: list[Graph]) -> list[Told]:
    return told(check_flow({"nodes": list(nodes), "edges": edges}).advisories)


def test_the_graph_a_new_flow_agent_gets_has_nothing_wrong_with_it() -> None:
    report = check_flow(default_flow())

    assert (report.valid, report.errors, report.advisories) == (True, (), ())


def test_nobody_can_change_the_default_graph_of_others() -> None:
    default_flow()["nodes"].clear()

    assert len(default_flow()["nodes"]) == 3


@pytest.mark.parametrize(
    "flow", [{}, {"nodes": []}, {"nodes": None}, {"nodes": {"a": 1}}, {"edges": []}]
)
def test_a_graph_needs_nodes(flow: Graph) -> None:
    assert errors(flow) == [(None, "flow.nodes", "flow_without_nodes")]


@pytest.mark.parametrize(
    ("broken", "told_about"),
    [
        pytest.param({"type": "endCall"}, [(None, "flow.nodes.1.id", "text_needed")], id="no id"),
        pytest.param({"id": "x"}, [("x", "type", "text_needed")], id="no type"),
        pytest.param(
            {"id": " ", "type": "api"}, [(None, "flow.nodes.1.id", "text_needed")], id="blank id"
        ),
        pytest.param(
            {"id": 7, "type": "endCall"},
            [(None, "flow.nodes.1.id", "text_needed")],
            id="id no text",
        ),
        pytest.param(
            "talk",
            [(None, "flow.nodes.1.id", "text_needed"), (None, "flow.nodes.1.type", "text_needed")],
            id="no object",
        ),
    ],
)
def test_every_node_has_an_id_and_a_type(broken: object, told_about: list[Told]) -> None:
    assert errors({"nodes": [BEGIN, broken], "edges": []}) == told_about


def test_no_two_nodes_share_an_id() -> None:
    twins = [BEGIN, TALK, node("talk", "endCall")]

    assert errors({"nodes": twins}) == [("talk", "id", "node_id_repeated")]


def test_a_graph_begins_somewhere() -> None:
    assert errors({"nodes": [TALK, END]}) == [(None, "flow.nodes", "begin_node_missing")]


def test_a_graph_begins_in_one_place_only() -> None:
    twice = [BEGIN, TALK, node("again", "begin")]

    assert errors({"nodes": twice}) == [("again", "type", "begin_node_repeated")]


@pytest.mark.parametrize(
    ("broken", "told_about"),
    [
        (edge("ghost", "talk"), [(None, "flow.edges.0.source", "node_unknown")]),
        (edge("talk", "ghost"), [(None, "flow.edges.0.target", "node_unknown")]),
        ({"source": "talk"}, [(None, "flow.edges.0.target", "node_unknown")]),
        (
            "talk -> end",
            [
                (None, "flow.edges.0.source", "node_unknown"),
                (None, "flow.edges.0.target", "node_unknown"),
            ],
        ),
    ],
)
def test_an_edge_joins_two_nodes_of_the_graph(broken: object, told_about: list[Told]) -> None:
    assert errors({"nodes": [BEGIN, TALK], "edges": [broken]}) == told_about


def test_edges_are_a_list() -> None:
    assert errors({"nodes": [BEGIN], "edges": {"a": "b"}}) == [(None, "flow.edges", "list_needed")]


def test_everything_that_is_broken_is_told_at_once() -> None:
    nodes = [{"id": "a"}, {"id": "a", "type": "api"}, {"type": "api"}]
    flow = {"nodes": nodes, "edges": [{}]}

    assert [reason for _, _, reason in errors(flow)] == [
        "text_needed",
        "node_id_repeated",
        "text_needed",
        "begin_node_missing",
        "node_unknown",
        "node_unknown",
    ]


def test_the_words_of_the_older_builder_are_understood() -> None:
    older = [{"from": "begin", "to": "talk"}, {"from": "talk", "to": "end"}]
    talk = node("talk", "conversation", staticSentence="Hello.")

    report = check_flow({"nodes": [BEGIN, talk, END], "edges": older})

    assert (report.errors, report.advisories) == ((), ())


class TestAdvisories:
    def test_a_whole_graph_has_none(self) -> None:
        assert advisories(BEGIN, TALK, END, edges=CHAIN) == []

    def test_a_node_no_call_can_come_to_is_named(self) -> None:
        island = node("island", "api")

        found = advisories(BEGIN, TALK, END, island, edges=[*CHAIN, edge("island", "talk")])

        assert found == [("island", None, "node_unreachable")]

    def test_a_global_node_is_reachable_from_anywhere(self) -> None:
        human = node("human", "transferCall", global_node_setting={"condition": {"type": "ai"}})

        assert advisories(BEGIN, TALK, END, human, edges=CHAIN) == []

    def test_what_follows_a_global_node_is_reachable_too(self) -> None:
        human = node("human", "api", global_node_setting={"condition": {"type": "ai"}})
        edges = [edge("begin", "talk"), edge("human", "end")]

        assert advisories(BEGIN, TALK, human, END, edges=edges) == []

    def test_notes_are_no_part_of_the_call(self) -> None:
        assert advisories(BEGIN, TALK, END, node("memo", "note"), edges=CHAIN) == []

    def test_a_call_needs_a_way_to_end(self) -> None:
        assert advisories(BEGIN, TALK, edges=[edge("begin", "talk")]) == [
            (None, "flow.nodes", "end_unreachable")
        ]

    def test_an_end_nobody_reaches_does_not_count(self) -> None:
        assert advisories(BEGIN, TALK, END, edges=[edge("begin", "talk")]) == [
            ("end", None, "node_unreachable"),
            (None, "flow.nodes", "end_unreachable"),
        ]

    @pytest.mark.parametrize("final", ["endCall", "transferCall", "transferAgent"])
    def test_handing_the_call_over_ends_it_as_well(self, final: str) -> None:
        assert advisories(BEGIN, TALK, node("end", final), edges=CHAIN) == []

    @pytest.mark.parametrize("settings", [{}, {"prompt": "  "}, {"prompt": None}])
    def test_a_conversation_has_something_to_say(self, settings: dict[str, object]) -> None:
        silent = node("talk", "conversation", **settings)

        assert advisories(BEGIN, silent, END, edges=CHAIN) == [
            ("talk", "data.prompt", "prompt_missing")
        ]

    def test_an_unknown_type_is_named_but_kept(self) -> None:
        odd = node("odd", "endcall")

        found = advisories(BEGIN, TALK, END, odd, edges=[*CHAIN, edge("talk", "odd")])

        assert found == [("odd", "type", "node_type_unknown")]

    def test_a_loop_is_walked_once(self) -> None:
        assert advisories(BEGIN, TALK, END, edges=[*CHAIN, edge("talk", "talk")]) == []

    @pytest.mark.parametrize("settings", [None, [], "text", 7])
    def test_settings_that_are_no_object_do_not_break_the_check(self, settings: object) -> None:
        odd = {"id": "odd", "type": "api", "data": settings}

        assert advisories(BEGIN, TALK, END, odd, edges=[*CHAIN, edge("talk", "odd")]) == []

    def test_nothing_is_said_about_a_graph_that_does_not_hold_together(self) -> None:
        report = check_flow({"nodes": [BEGIN, node("island", "api")], "edges": [edge("a", "b")]})

        assert (report.valid, report.advisories) == (False, ())


class TestLevel:
    @pytest.mark.parametrize(
        ("level", "count"), [(Level.CRITICAL, 1), (Level.RUNTIME, 0), (Level.ALL, 1)]
    )
    def test_errors_are_told_unless_only_the_call_is_asked_about(
        self, level: Level, count: int
    ) -> None:
        assert len(check_flow({"nodes": []}).told_at(level).errors) == count

    @pytest.mark.parametrize(
        ("level", "count"), [(Level.CRITICAL, 0), (Level.RUNTIME, 1), (Level.ALL, 1)]
    )
    def test_advisories_are_told_unless_only_saving_is_asked_about(
        self, level: Level, count: int
    ) -> None:
        endless = {"nodes": [BEGIN, TALK], "edges": [edge("begin", "talk")]}

        assert len(check_flow(endless).told_at(level).advisories) == count
