"""What schemathesis has to know beyond the contract, as it runs beside the server under test."""

import os
from typing import Any

import schemathesis
from schemathesis import GenerationMode

OWN_KEY = os.environ.get("DIALPLANE_TEST_OWN_KEY", "")
SPARE_KEY = os.environ.get("DIALPLANE_TEST_SPARE_KEY", "")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    if case.path_parameters.get("key_id") == OWN_KEY:
        # It finds its own key in the list of keys and would lock itself out.
        case.path_parameters["key_id"] = SPARE_KEY
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        # Only cursors that were given out are good, which no schema can say.
        case.query.pop("cursor", None)
