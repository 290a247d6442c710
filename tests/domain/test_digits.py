"""However a number is spelled on its way here, it is one number; what is no number stays as is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.digits import NearMiss, NearMissReason, near_misses, read_digits

INTERNET = "07011112222"


@pytest.mark.parametrize(
    "spelling",
    [
        "07011112222",
        "070-1111-2222",
        "070.1111.2222",
        "(070) 1111 2222",
        " 070 1111 2222 ",
        "+827011112222",
        "+82 70-1111-2222",
        "+82 (0)70 1111 2222",
        "+8207011112222",
        "827011112222",
        "8207011112222",
        "82-70-1111-2222",
        "0082 70 1111 2222",
        "00827011112222",
        "\uff10\uff17\uff10\uff11\uff11\uff11\uff11\uff12\uff12\uff12\uff12",
        "tel:070-1111-2222",
        "tel:+82-70-1111-2222;isub=12",
        "tel:70-1111-2222;phone-context=+82",
        "tel:07011112222;phone-context=operator.example.com",
        "sip:07011112222@edge.example.com:5060;transport=tcp",
        "SIPS:+827011112222@[2001:db8::1]",
        "sip:%2B827011112222@edge.example.com",
        "sip:+827011112222;phone-context=+82@edge.example.com;user=phone",
        "sip:07011112222:secret@edge.example.com",
        '"Kim" <sip:+827011112222@edge.example.com>;tag=1',
        "<tel:+827011112222>",
        "07011112222@edge.example.com",
    ],
)
def test_every_spelling_is_the_same_number(spelling: str) -> None:
    digits = read_digits(spelling)

    assert (digits.domestic, digits.e164) == (INTERNET, "+827011112222")
    assert digits.canonical == INTERNET
    assert digits.raw == spelling


@pytest.mark.parametrize(
    ("spelling", "domestic", "e164"),
    [
        ("02-312-3456", "023123456", "+8223123456"),
        ("+82 2 312 3456", "023123456", "+8223123456"),
        ("031-123-4567", "0311234567", "+82311234567"),
        ("010-1234-5678", "01012345678", "+821012345678"),
        ("+82 10 1234 5678", "01012345678", "+821012345678"),
        ("1588-1508", "15881508", "+8215881508"),
        ("+8215881508", "15881508", "+8215881508"),
        ("8215881508", "15881508", "+8215881508"),
        ("1666-1234", "16661234", "+8216661234"),
        ("1800-1234", "18001234", "+8218001234"),
        ("02-1588-1508", "0215881508", "+82215881508"),
        ("080-123-4567", "0801234567", "+82801234567"),
        ("+82 80 123 4567", "0801234567", "+82801234567"),
        ("0505-123-4567", "05051234567", "+825051234567"),
        ("+82 505 123 4567", "05051234567", "+825051234567"),
        ("0504-1234-5678", "050412345678", "+8250412345678"),
        ("0303-123-4567", "03031234567", "+823031234567"),
    ],
)
def test_korean_numbers_have_a_domestic_form(spelling: str, domestic: str, e164: str) -> None:
    digits = read_digits(spelling)

    assert (digits.domestic, digits.e164) == (domestic, e164)


@pytest.mark.parametrize(
    ("spelling", "e164"),
    [
        ("+1 (415) 555-2671", "+14155552671"),
        ("00114155552671", "+14155552671"),
        ("+39 06 6982 0000", "+390669820000"),
        ("tel:555-2671;phone-context=+1-415", "+14155552671"),
    ],
)
def test_foreign_numbers_keep_their_plus(spelling: str, e164: str) -> None:
    digits = read_digits(spelling)

    assert (digits.domestic, digits.canonical) == (None, e164)


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        pytest.param("alice", "alice", id="a SIP user"),
        pytest.param("sip:sales.desk@example.com", "sales.desk", id="dots in a SIP user stay"),
        pytest.param("sip:Agent-1@example.com", "Agent-1", id="and so do hyphens and capitals"),
        pytest.param("1234", "1234", id="an extension"),
        pytest.param("tel:1234;phone-context=example.com", "1234", id="an extension of somebody"),
        pytest.param("+821234", "+821234", id="an extension with a country in front"),
        pytest.param("112", "112", id="an emergency number"),
        pytest.param("*98", "*98", id="a star code"),
        pytest.param("#31#01012345678", "#31#01012345678", id="a call with a service code"),
        pytest.param("7011112222", "7011112222", id="without its 0 it may be anything"),
        pytest.param("14155552671", "14155552671", id="abroad without a plus may be anything"),
        pytest.param("+07011112222", "+07011112222", id="no country begins with 0"),
        pytest.param("+999123", "+999123", id="no country at all"),
        pytest.param("+820012345678", "+820012345678", id="no Korean number begins with 00"),
        pytest.param("015881508", "015881508", id="representative numbers take no 0"),
        pytest.param("0" * 25, "0" * 25, id="too long for anything"),
        pytest.param("070 1111 2222 ext 5", "070 1111 2222 ext 5", id="words between digits"),
        pytest.param("\u0660\u0667\u0660", "\u0660\u0667\u0660", id="digits of another script"),
        pytest.param("+", "+", id="a lonely plus"),
        pytest.param("sip:%00@h", "\ufffd", id="what no database keeps, however it is disguised"),
    ],
)
def test_what_is_no_number_stays_as_it_came(spelling: str, plain: str) -> None:
    digits = read_digits(spelling)

    assert (digits.domestic, digits.e164) == (None, None)
    assert digits.canonical == digits.plain == plain


@pytest.mark.parametrize(
    "spelling",
    ["", "anonymous", '"Anonymous" <sip:anonymous@anonymous.invalid>', "Restricted", "sip:unknown"],
)
def test_callers_may_hide(spelling: str) -> None:
    assert read_digits(spelling).anonymous
    assert not read_digits("07011112222").anonymous


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ("7011112222", NearMissReason.SPELLING),
        ("+07011112222", NearMissReason.SPELLING),
        ("9907011112222", NearMissReason.PREFIX),
        ("97011112222", NearMissReason.PREFIX),
        ("07011112223", NearMissReason.ONE_DIGIT),
        ("0701112222", NearMissReason.ONE_DIGIT),
        ("070111112222", NearMissReason.ONE_DIGIT),
        ("07011121222", NearMissReason.ONE_DIGIT),
        ("+827011112223", NearMissReason.ONE_DIGIT),
    ],
)
def test_a_number_that_was_probably_meant_is_named(dialled: str, reason: NearMissReason) -> None:
    assert near_misses(read_digits(dialled), [INTERNET, "0212345678"]) == (
        NearMiss(number=INTERNET, reason=reason),
    )


def test_a_representative_number_with_an_area_code_is_a_near_miss() -> None:
    assert near_misses(read_digits("02-1588-1508"), ["15881508"]) == (
        NearMiss(number="15881508", reason=NearMissReason.PREFIX),
    )


@pytest.mark.parametrize("dialled", ["07011112222", "07099998888", "1234", "alice", "", "0" * 24])
def test_neither_the_number_itself_nor_something_else_is_a_near_miss(dialled: str) -> None:
    assert near_misses(read_digits(dialled), [INTERNET]) == ()


def test_the_likeliest_meaning_comes_first() -> None:
    held = ["07011112223", "11112222", "07011112222"]

    assert [miss.number for miss in near_misses(read_digits("7011112222"), held)] == [
        "07011112222",
        "11112222",
    ]


domestic_numbers = st.from_regex(
    r"(070[0-9]{8}|010[0-9]{8}|02[2-9][0-9]{6,7}|0(31|51|64)[2-9][0-9]{6,7}"
    r"|1[568][0-9]{6}|080[2-9][0-9]{6}|050[2-8][0-9]{7,8})",
    fullmatch=True,
)
wrappings = st.sampled_from(["{}", "tel:{}", "sip:{}@198.51.100.7", '"A" <sip:{}@h>;tag=x', " {} "])


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A domestic number and one way to write it that leaves no doubt."""
    domestic = draw(domestic_numbers)
    national = domestic.removeprefix("0")
    written = draw(st.sampled_from([domestic, f"+82{national}", f"0082{national}"]))
    for cut in draw(st.lists(st.integers(4, 7), max_size=2)):
        written = f"{written[:cut]}-{written[cut:]}"
    return domestic, draw(wrappings).format(written)


@given(spellings())
def test_all_spellings_of_a_number_meet(both: tuple[str, str]) -> None:
    domestic, written = both

    assert read_digits(written).canonical == domestic


@given(st.from_regex(r"0[1-7][0-9]{7,10}", fullmatch=True))
def test_a_bare_number_and_one_the_library_has_to_read_mean_the_same(text: str) -> None:
    bare, wrapped = read_digits(text), read_digits(f"tel:{text}")

    assert (bare.plain, bare.domestic, bare.e164) == (wrapped.plain, wrapped.domestic, wrapped.e164)


dialled_texts = st.text() | st.text(alphabet="+0123456789 -().:;=@<>%sipteln", max_size=30)


@given(dialled_texts)
def test_any_text_can_be_dialled_and_its_forms_agree(text: str) -> None:
    digits = read_digits(text)

    assert digits.raw == text
    assert digits.domestic is None or digits.e164 is not None
    for form in filter(None, (digits.domestic, digits.e164)):
        again = read_digits(form)
        assert (again.domestic, again.e164) == (digits.domestic, digits.e164)


@given(dialled_texts, st.lists(domestic_numbers, max_size=5))
def test_near_misses_are_held_and_never_the_number_itself(text: str, held: list[str]) -> None:
    wanted = read_digits(text)

    named = [miss.number for miss in near_misses(wanted, held)]

    assert set(named) <= set(held) - {wanted.canonical}
