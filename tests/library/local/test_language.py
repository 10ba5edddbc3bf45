import pytest

from economic_index.local.language import UNDETERMINED, detect, is_enough, prose
from economic_index.local.window import Turn


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I renew a passport in two weeks?", "en"),
        ("Wie schreibe ich eine Kündigung an meinen Vermieter, bitte höflich?", "de"),
        ("¿Cómo puedo escribir una carta formal para mi jefe?", "es"),
        ("请帮我写一封求职信，语气要正式一些", "zh"),
        ("hi there", UNDETERMINED),
        ("", UNDETERMINED),
        ("```python\nfor i in range(10): print(i)\nprint('a lot of code here')\n```", UNDETERMINED),
    ],
)
def test_language_of_what_was_typed(text, language):
    assert detect([Turn("user", text)])[0] == language


def test_replies_and_code_do_not_count():
    talk = [Turn("user", "fix ```unclosed code block that is quite long"), Turn("assistant", "Voici une réponse")]
    assert prose(talk) == "fix"


def test_an_ideograph_says_as_much_as_three_letters():
    assert is_enough("写信写信写信ab 12")
    assert not is_enough("写信写信写信a 123")
    assert is_enough("twenty letters are here")
    assert not is_enough("1234567890 1234567890 nineteen of them")
