"""What people read about agents and their graphs, in English and Korean."""

from typing import Final

REASONS: Final[dict[str, tuple[str, str]]] = {
    "needed_for_enum": (
        "An enum needs at least one option.",
        "type이 enum이면 옵션이 하나 이상 필요합니다.",
    ),
    "needed_for_screening": (
        "Is needed for this promptType.",
        "이 promptType에는 이 값이 필요합니다.",
    ),
    "not_saved_version": ("Has to be vN.", "vN이어야 합니다."),
    "flow_without_nodes": ("A graph needs nodes.", "그래프에는 노드가 있어야 합니다."),
    "text_needed": ("Has to be text that is not empty.", "비어 있지 않은 문자열이어야 합니다."),
    "list_needed": ("Has to be a list.", "배열이어야 합니다."),
    "node_id_repeated": ("Another node has this id.", "다른 노드와 id가 같습니다."),
    "begin_node_missing": (
        "A graph begins with a node of type begin.",
        "begin 유형의 노드가 필요합니다.",
    ),
    "begin_node_repeated": (
        "A graph has one node of type begin only.",
        "begin 유형의 노드는 하나만 있어야 합니다.",
    ),
    "node_unknown": ("There is no such node.", "존재하지 않는 노드입니다."),
    "node_unreachable": ("No call can come to this node.", "시작 노드에서 도달할 수 없습니다."),
    "node_type_unknown": ("This type of node is not known.", "알 수 없는 노드 유형입니다."),
    "prompt_missing": ("The prompt is empty.", "프롬프트가 비어 있습니다."),
    "end_unreachable": (
        "No call can come to a node that ends or transfers it.",
        "통화를 종료하거나 연결하는 노드에 도달할 수 없습니다.",
    ),
    "graph_unused": (
        "Only an agent of type flow follows its graph.",
        "flow 유형의 에이전트만 그래프를 사용합니다.",
    ),
}
