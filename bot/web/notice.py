"""A page that says one thing, for links that lead nowhere any more."""

from html import escape

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Atelier</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../static/editor.css">
</head>
<body class="notice">
<main role="status"><p>{text}</p></main>
</body>
</html>
"""


def notice(text: str, *, lang: str) -> str:
    """The document; `text` is shown as it is."""
    return _PAGE.format(lang=escape(lang), text=escape(text))
