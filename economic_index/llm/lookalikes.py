"""Which characters show nothing, and which look like the letters and brackets of our own marks.

Tables only: what is done about such characters stands in neutralise.py.
"""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]

# First and last code of each range: control characters without tab and newline, soft hyphen, joiners, bidirectional
# and zero-width marks, fillers, variation selectors, interlinear and musical controls, tags, lone surrogates,
# and codes that are no characters.
_HIDDEN_RANGES = (
    (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
HIDDEN_ASCII = bytes(code for code in (*range(32), 127) if code not in b"\t\n")

# Characters of other alphabets and of symbols, by the Latin letter or the sign that they pass for.
_ALIKE = {
    "a": "аɑαᴀΑАᎪ∂⍺ᗅꓮ𖽀𐊠",
    "b": "вʙВΒЬ",
    "c": "сϲᴄСϹᏟⲥꮯ𐐽🝌𑣲𑣩Ⲥꓚ𐊢𐌂𐐕𐔜",
    "d": "ԁᴅԀᎠɗᏧᑯꓒᗞᗪꓓ",
    "e": "еєεɛᴇЕΕᎬ℮ꬲҽ⋿ⴹꓰ𑢦𑢮𐊆",
    "f": "ꜰƒғ",
    "g": "ɡցɢԍ",
    "h": "һнհʜНΗᎻᏂⲎᕼꓧ𐋏",
    "i": "іιıɩɪІΙӀᎥǀ׀˛⍳ͺꙇӏꭵ𑣃ⲓⲒ",
    "j": "јϳᴊЈ",
    "k": "кκᴋКΚᏦ",
    "l": "ʟⅼ",
    "m": "мϻᴍМΜᎷϺⲘᗰᛖꓟ𐊰𐌑",
    "n": "пηոռɴΝИиⲚꓠ𐔓",
    "o": "оοσօᴏОΟՕంಂംං०੦૦௦౦೦൦๐໐၀۵ᴑꬽⲟჿഠဝ𐓪𑣈𑣗𐐬০୦〇𑓐𑣠🯰Ⲟⵔዐଠ𐓂ꓳ𑢵𐊒𐊫𐐄𐔖",
    "p": "рρᴘРΡᏢþ⍴ϱⲣⲢᑭꓑ𐊕",
    "q": "ԛգզⵕ",
    "r": "гʀɾᎡᏒяꭇꭈᴦⲅꮁ𝈖Ʀ𐒴ᖇꓣ𖼵",
    "s": "ѕꜱЅՏᏚƽꮪ𑣁𐑈Ꮥꓢ𖼺𐊖𐐠",
    "t": "тτᴛТΤᎢ†⊤⟙🝨Ⲧꓔ𖼊𑢼𐊗𐊱𐌕",
    "u": "υսᴜµμꞟꭎꭒʋ𐓶𑣘∪⋃Սሀ𐓎ᑌꓴ𖽂𑢸",
    "v": "νѵᴠѴ∨⋁𑜆ꮩ𑣀𝈍۷ⴸᏙᐯꛟꓦ𖼈𑢠𐔝",
    "w": "ԝωшᴡԜᎳ",
    "x": "хχХΧ",
    "y": "уγүʏУΥҮɣᶌỿꭚℽყ𑣜ϒⲨᎩᎽꓬ𖽃𑢤𐊲",
    "z": "ᴢΖᏃ",
    "<": "‹〈〈《⟨⟪«❬❮❰⧼˂ᐸ≺⋖≪𝈶ᚲ",
    "[": "【〔〖〚⟦⁅❲⦋『「",
    "]": "】〕〗〛⟧⁆❳⦌』」",
    ":": "꞉ː∶᛬։׃ःઃ︰᠃᠉⁚˸ꓽ",
}  # fmt: skip
# Blocks whose characters Unicode itself derives from Latin ones: accents, full width, circled, mathematical.
_DERIVED_BLOCKS = (
    (0xAA, 0x24F), (0x2B0, 0x2FF), (0x1D00, 0x1D9F), (0x1E00, 0x1FFF), (0x2070, 0x209F), (0x2100, 0x218F),
    (0x2460, 0x24FF), (0x3000, 0x3000), (0xFE10, 0xFE6F), (0xFF01, 0xFF5E), (0x1D400, 0x1D7FF), (0x1F110, 0x1F149),
)  # fmt: skip
# First code of alphabets of enclosed capitals that Unicode derives from nothing.
_ENCLOSED = (0x1F150, 0x1F170, 0x1F1E6)


@cache
def hidden() -> npt.NDArray[np.bool_]:
    """By code: whether the character shows nothing of itself."""
    table = np.zeros(0x110000, dtype=bool)
    for first, last in _HIDDEN_RANGES:
        table[first : last + 1] = True
    return table


@cache
def skeletons() -> Codes:
    """By code: the small ASCII character that it looks like, else itself; one for one, so places stay."""
    table = np.arange(0x110000, dtype=np.uint32)
    alike = {char: letter for letter, chars in _ALIKE.items() for char in chars}
    for first, last in _DERIVED_BLOCKS:
        for code in range(first, last + 1):
            derived = unicodedata.normalize("NFKD", chr(code))[:1]
            derived = alike.get(derived, derived).lower()
            if derived.isascii() and derived:
                table[code] = ord(derived)
    for place in range(26):
        table[ord("A") + place] = ord("a") + place
        table[[start + place for start in _ENCLOSED]] = ord("a") + place
    for char, letter in alike.items():
        table[ord(char)] = ord(letter)
    return table


def codes_of(text: str) -> Codes:
    """The characters as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def text_of(codes: Codes) -> str:
    """The text of the numbers, which hold no surrogate."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le")
