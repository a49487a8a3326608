"""The pages of `docs/reference/`, made from the program itself: `python -m tools.reference` writes them anew.

`tools.reference.__main__` names each page and what makes it. The same program makes the same page.
"""
