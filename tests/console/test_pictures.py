"""The documentation's pictures are taken of the console as it is; `make pictures` keeps them."""

import pytest

from parts.hanbit import Hanbit, Opens
from parts.pictures import HEAVIEST_BYTES, PICTURES, take

pytestmark = pytest.mark.xdist_group("console")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_taken_and_loads_fast(
    hanbit: Hanbit, opens: Opens, name: str, language: str
) -> None:
    picture = take(hanbit, opens, name=name, language=language)

    assert picture.stat().st_size < HEAVIEST_BYTES
