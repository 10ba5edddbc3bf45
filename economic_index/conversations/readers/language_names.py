"""English names of languages, as research corpora of chats write them, as BCP-47 tags.

A name that is not here stays unknown: nothing is guessed, and no text is looked at.
"""

_NAMES = """
af Afrikaans; ak Akan; sq Albanian; am Amharic; ar Arabic; an Aragonese; hy Armenian; as Assamese; ay Aymara
az Azerbaijani; ba Bashkir; eu Basque; be Belarusian; bn Bengali; bn Bangla; bh Bihari; bi Bislama; nb Bokmal
nb Norwegian Bokmal; bs Bosnian; br Breton; bg Bulgarian; my Burmese; ca Catalan; ceb Cebuano; zh Chinese; co Corsican
zh-Hans Simplified Chinese; zh-Hant Traditional Chinese; hr Croatian; cs Czech; da Danish; dv Dhivehi; nl Dutch
dz Dzongkha; en English; eo Esperanto; et Estonian; fo Faroese; fj Fijian; fi Finnish; fr French; fy Frisian
fy Western Frisian; gl Galician; lg Ganda; ka Georgian; de German; el Greek; kl Greenlandic; gn Guarani; gu Gujarati
ht Haitian Creole; ha Hausa; haw Hawaiian; he Hebrew; hi Hindi; hmn Hmong; hu Hungarian; is Icelandic; ig Igbo
id Indonesian; ia Interlingua; ie Interlingue; iu Inuktitut; ik Inupiak; ik Inupiaq; ga Irish; it Italian; ja Japanese
jv Javanese; kn Kannada; ks Kashmiri; kk Kazakh; kha Khasi; km Khmer; rw Kinyarwanda; tlh Klingon; ko Korean; ku Kurdish
ky Kyrgyz; lo Lao; la Latin; lv Latvian; ln Lingala; lt Lithuanian; lb Luxembourgish; mk Macedonian; mg Malagasy
ms Malay; ml Malayalam; mt Maltese; gv Manx; mi Maori; mr Marathi; mfe Mauritian Creole; mn Mongolian; na Nauru
ne Nepali; no Norwegian; nn Nynorsk; nn Norwegian Nynorsk; ny Nyanja; oc Occitan; or Oriya; or Odia; om Oromo
ps Pashto; fa Persian; pl Polish; pt Portuguese; pa Punjabi; qu Quechua; rm Romansh; rm Rhaeto Romance; ro Romanian
rn Rundi; ru Russian; sm Samoan; sg Sango; sa Sanskrit; gd Scottish Gaelic; gd Scots Gaelic; sco Scots; sr Serbian
st Sesotho; st Sotho; crs Seychellois Creole; sn Shona; sd Sindhi; si Sinhala; si Sinhalese; ss Siswant; sk Slovak
sl Slovene; sl Slovenian; so Somali; es Spanish; su Sundanese; sw Swahili; sv Swedish; syr Syriac; tl Tagalog
tg Tajik; ta Tamil; tt Tatar; te Telugu; th Thai; bo Tibetan; ti Tigrinya; to Tonga; ts Tsonga; tn Tswana; tr Turkish
tk Turkmen; ug Uighur; ug Uyghur; uk Ukrainian; ur Urdu; uz Uzbek; ve Venda; vi Vietnamese; vo Volapuk; war Waray
cy Welsh; wo Wolof; xh Xhosa; yi Yiddish; yo Yoruba; za Zhuang; zu Zulu
"""


def _table() -> dict[str, str]:
    entries = [entry.strip().split(" ", 1) for line in _NAMES.strip().splitlines() for entry in line.split(";")]
    return {name.lower(): tag for tag, name in entries}


_TAGS = _table()


def language_tag(name: str | None) -> str | None:
    """The tag of a language by its English name, whatever its case; None if it is not known."""
    return _TAGS.get(" ".join(name.lower().replace("_", " ").split())) if name else None
