from interlock.intents.remembered import LONGEST_TEXT, MOST_TEXTS, remembered


def test_a_short_text_is_looked_at_once_and_a_long_one_each_time() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    short, long = "x" * LONGEST_TEXT, "x" * (LONGEST_TEXT + 1)
    assert [length(text) for text in (short, short, long, long)] == [512, 512, 513, 513]
    assert asked == [short, long, long]


def test_only_so_many_texts_are_kept() -> None:
    asked: list[str] = []
    first = remembered(asked.append)
    for number in range(MOST_TEXTS + 1):
        first(str(number))
    first("0")
    assert len(asked) == MOST_TEXTS + 2
