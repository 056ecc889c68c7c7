from rich.cells import cell_len

from tertulia.console.text import clean, number, one_line, share


def test_a_cut_line_is_no_wider_than_asked_for_in_any_script() -> None:
    for text in (
        "plain words go on and on",
        "안녕하세요 저는 서울에서 왔습니다",
        "a안b녕c하d세e요f",
        "👩‍🍳 cooks 👩‍🍳 and eats",
    ):
        for width in range(1, 20):
            cut = one_line(text, width)
            assert cell_len(cut) <= width
            assert cut == one_line(text) or cut.endswith("…")


def test_what_fits_is_left_as_it_is() -> None:
    assert one_line("안녕", 4) == "안녕"
    assert one_line("two\n lines\t here") == "two lines here"


def test_nothing_that_commands_a_terminal_is_left() -> None:
    hidden = "a\x1b[31mred\x1b[0m \x1b]0;title\x07b\x07\x9b2J\u202ec\u200bd\ud800\r\nnext"
    assert clean(hidden) == "ared b2Jcd\nnext"


def test_counts_and_shares() -> None:
    assert [number(n, "try", "tries") for n in (0, 1, 2000)] == ["0 tries", "1 try", "2,000 tries"]
    assert [share(value) for value in (None, 0.0, 0.0004, 1.0)] == ["–", "0.0 %", "0.0 %", "100.0 %"]
