"""Why a pair has its score: each feature in words, with how far it pushes the score up or down.

The pushes are exact (Shapley values of the first model): with the score that every pair begins with they add up to
the pair's raw score, in log odds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.features import FEATURES
from entity_resolution.matching.model import Scorer

#: Pushes smaller than this are not worth a word.
LEAST = 0.05

#: What each feature says; `{}` is its value. One not named here says its own name.
WORDS: dict[str, str] = {
    "length_short": "the shorter name has {} letters",
    "length_long": "the longer name has {} letters",
    "core_length_short": "the shorter name's brand has {} letters",
    "core_length_long": "the longer name's brand has {} letters",
    "ratio": "likeness of all letters {}",
    "jaro_winkler": "likeness of the beginnings {}",
    "core_ratio": "likeness of the brands {}",
    "core_jaro_winkler": "likeness of the brands' beginnings {}",
    "brand_common": "share of the brand found in order {}",
    "core_prefix": "the brands begin with {} equal letters",
    "key_same": "one name but for its legal form: {}",
    "core_same": "one brand: {}",
    "brand_same": "one brand and trade: {}",
    "form_both": "both bear a legal form: {}",
    "form_same": "one class of legal form: {}",
    "full_both": "both are full legal names: {}",
    "by_shares_short": "the shorter is a company limited by shares: {}",
    "by_shares_long": "the longer is a company limited by shares: {}",
    "listed": "a mark of listing stands at one: {}",
    "place_same": "one place in both names: {}",
    "place_conflict": "two places in the names: {}",
    "place_short": "the shorter name has a place: {}",
    "place_long": "the longer name has a place: {}",
    "stated_place_same": "one stated place: {}",
    "stated_place_conflict": "two stated places: {}",
    "unit_same": "one kind of part: {}",
    "unit_conflict": "two kinds of part, or a part and a whole: {}",
    "numerals_conflict": "different numbers: {}",
    "kind_same": "one stated kind: {}",
    "kind_conflict": "two stated kinds: {}",
    "country_same": "one stated country: {}",
    "country_conflict": "two stated countries: {}",
    "share_short": "share of the shorter name that is found, by rarity {}",
    "share_long": "share of the longer name that is found, by rarity {}",
    "pair_share_short": "share of the shorter name's pairs of letters that are found {}",
    "pair_share_long": "share of the longer name's pairs of letters that are found {}",
    "rarest_shared_pair": "rarity of the rarest pair of letters in both {}",
    "rarest_left_short": "rarity of the rarest letter of the shorter name that is not found {}",
    "left_short": "Chinese letters of the shorter name that are not found: {}",
    "left_short_latin": "other letters of the shorter name that are not found: {}",
    "left_long_brand": "letters of the longer name's brand that are not used: {}",
    "rarest_left_brand_pair": "rarity of what is left of the longer name's brand {}",
    "mean_left_brand_pair": "mean rarity of what is left of the longer name's brand {}",
    "longest_run": "letters in the longest common run: {}",
    "longest_run_share": "share of the shorter name in one run {}",
    "run_starts_brand": "the run begins where the brand begins: {}",
    "run_ends_at_head": "the run ends where a word ends: {}",
    "abbreviation_cost": "cost of reading it as an abbreviation {} (60: impossible)",
    "abbreviation_cost_core": "cost of reading its brand as an abbreviation {} (60: impossible)",
    "first_is_brand_first": "it begins as the brand does: {}",
    "first_is_head": "it begins as a word does: {}",
    "last_is_last": "both end alike: {}",
    "shared_weight": "rarity of all that is shared {}",
    "latin_beside_chinese": "a Latin and a Chinese name: {}",
    "latin_words_explained": "share of the Latin words that the Chinese name translates {}",
    "chinese_letters_explained": "share of the Chinese letters that the Latin name renders {}",
    "latin_initials": "share of the initials that fit {}",
    "latin_sounds_alike": "likeness to the pinyin {}",
    "latin_brand_sounds_alike": "likeness of the brand to the pinyin {}",
}


def explained(row: NDArray[np.float32], scorer: Scorer | None = None) -> list[tuple[str, str, float]]:
    """(feature, what it says, push in log odds) for one row of the matrix, the strongest first."""
    pushes = (scorer or Scorer.load()).pushes(row)[:-1]
    found = []
    for at in np.argsort(-np.abs(pushes), kind="stable").tolist():
        if abs(pushes[at]) < LEAST:
            break
        value = f"{float(row[at]):.2f}".rstrip("0").rstrip(".")
        found.append(
            (FEATURES[at], WORDS.get(FEATURES[at], FEATURES[at] + " {}").format(value), float(pushes[at]))
        )
    return found
