"""Each step of a trace as a sentence."""

from collections.abc import Mapping
from typing import Final

from dialplane.domain.routing.decisions import Step, Why

SENTENCES: Final[Mapping[Why, str]] = {
    Why.NO_SOURCE_GIVEN: "No source was given, so none was checked.",
    Why.SOURCE_KNOWN: "{subject} belongs to somebody's trunk, runtime or carrier.",
    Why.OPEN_TO_ANYONE: "{subject} is nobody's, but the number is open to anyone.",
    Why.SOURCE_OF_NOBODY: "{subject} is on no trunk, allow-list, runtime or carrier.",
    Why.HELD: "{subject} is held.",
    Why.NOT_HELD: "{subject} is held by nobody this source may call for.",
    Why.SOURCE_ACCEPTED: "The number accepts calls from {subject}.",
    Why.SOURCE_OF_ANOTHER_TRUNK: "{subject} is not a source this number accepts.",
    Why.NO_SOURCE_ACCEPTED_YET: (
        "This number accepts no source: its trunk has no address that is known, and its"
        " allow-list is empty. The call came from {subject}."
    ),
    Why.NOT_ASKED_FOR: "Not asked for.",
    Why.EDGE_WILL_CHALLENGE: "The edge will ask the caller for credentials.",
    Why.CREDENTIALS_RIGHT: "The caller's credentials were right.",
    Why.CREDENTIALS_WRONG: "The caller's credentials were wrong.",
    Why.IN_SERVICE: "The number is in service ({subject}).",
    Why.STARTS_LATER: "Service has not begun; it starts at {subject}.",
    Why.SERVICE_ENDED: "Service has ended at {subject}.",
    Why.APPROVED: "{subject} may be shown to the callee.",
    Why.NOT_APPROVED: "{subject} is not approved to be shown to the callee.",
    Why.MAPPED: "The number maps agent {subject}.",
    Why.CHOSEN_BY_SPLIT: "The split chose variant {subject} for this caller.",
    Why.NAMED_BY_CALLER: "Whoever placed the call named agent {subject}.",
    Why.FALLBACK: "Fallback to {subject}.",
    Why.NOT_MAPPED: "Nobody is mapped.",
    Why.NO_SUCH_AGENT: "There is no agent {subject}.",
    Why.NEVER_PUBLISHED: "The agent was never published, so {subject} means nothing.",
    Why.NO_SUCH_VERSION: "The agent has no version {subject}.",
    Why.TRIED_ALREADY: "Runtime {subject} stands earlier in the order already.",
    Why.REACHABLE: "{subject} can be reached.",
    Why.NO_RUNTIME: "No runtime answers for the agent: none is the default, or it has no targets.",
    Why.TARGET_DOWN: "Target {subject} does not answer pings.",
    Why.ALL_TARGETS_DOWN: "No target answers pings.",
    Why.NOBODY_LEFT: "Nobody is left who could answer: {subject}.",
    Why.NO_TRUNK: "There is no trunk over which {subject} could be called.",
    Why.WOULD_LOOP: "Handing the call on to {subject} would go in a circle.",
    Why.BELOW_LIMIT: "Below the limit: {subject}.",
    Why.AT_LIMIT: "At the limit: {subject}.",
    Why.TO_TARGET: "Routed to target {subject}.",
}


def explained(step: Step) -> str:
    return SENTENCES[step.why].format(subject=step.subject or "it")
