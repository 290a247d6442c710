"""What a dry run answers: what would differ, and who would answer then."""

from typing import Any

from dialplane.api.routing_bodies import outcome_body
from dialplane.domain.languages import Language
from dialplane.domain.rehearsals import Difference
from dialplane.operations.rehearsing import Rehearsed, RoutingEffect

Told = dict[str, Any]


def rehearsal_body(rehearsed: Rehearsed, language: Language) -> Told:
    return {
        "dry_run": True,
        "changes": [_difference(each) for each in rehearsed.differences],
        "routing": [_effect(each, language) for each in rehearsed.routing],
        "routing_complete": rehearsed.complete,
    }


def _difference(difference: Difference) -> Told:
    return {
        "event": difference.event,
        "resource": {"type": difference.resource, "id": difference.resource_id},
        "fields": difference.fields,
    }


def _effect(effect: RoutingEffect, language: Language) -> Told:
    return {
        "organization_telephone_number_id": effect.number.id,
        "number": effect.number.number,
        "direction": effect.direction,
        "differs": effect.differs,
        "before": outcome_body(effect.before, language),
        "after": outcome_body(effect.after, language),
    }
