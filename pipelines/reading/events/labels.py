"""What is learnt of events: the labels of FewFC, and which role of which fact each becomes.

FewFC (github.com/TimeBurningFish/FewFC) marks in one sheaf of texts five types of event, in another five others;
those that are no fact of ours are learnt too, as they tell who is meant and what an investment is not.

投资: who puts money into, or buys into, whom. 收购: who takes over whom. 中标: who wins the tender
(provider), and who called for it (recipient). 签署合同: both sides are `party`: the text seldom says who
provides, and the annotation mostly orders the two by their place in the sentence.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pipelines.reading.fact import Role, Type


class Channel(NamedTuple):
    """One thing to be found in a text: words that play `role` in an event of `event`, as FewFC has them."""

    event: str
    role: str


_ROLES: Final = {
    "投资": "trigger sub obj money date",
    "收购": "trigger sub-org obj-org sub-per money date proportion",
    "中标": "trigger sub obj amount date",
    "签署合同": "trigger sub-org obj-org amount date sub-per obj-per",
    "股份股权转让": "trigger sub-org obj-org target-company money proportion number sub-per",
    "减持": "trigger sub obj share-org",
    "质押": "trigger sub-org obj-org sub-per",
    "起诉": "trigger sub-org obj-org obj-per",
    "判决": "trigger sub-org obj-org institution",
    "担保": "trigger sub-org obj-org",
}
#: The order is that of the network's outputs: a change needs a new model.
CHANNELS: Final = tuple(Channel(event, role) for event, roles in _ROLES.items() for role in roles.split())

#: The types of fact that the events become.
TYPES: Final[dict[str, Type]] = {
    "投资": "investment",
    "收购": "acquisition",
    "中标": "contract",
    "签署合同": "contract",
}
#: The roles of organisations in them.
ORGANISATION: Final[dict[Channel, Role]] = {
    Channel("投资", "sub"): "investor",
    Channel("投资", "obj"): "target",
    Channel("收购", "sub-org"): "investor",
    Channel("收购", "obj-org"): "target",
    Channel("中标", "sub"): "provider",
    Channel("中标", "obj"): "recipient",
    Channel("签署合同", "sub-org"): "party",
    Channel("签署合同", "obj-org"): "party",
}
#: Further roles: sums of money and persons.
FURTHER: Final[dict[Channel, Role]] = {
    Channel("投资", "money"): "amount",
    Channel("收购", "money"): "amount",
    Channel("中标", "amount"): "amount",
    Channel("签署合同", "amount"): "amount",
    Channel("收购", "sub-per"): "person",
    Channel("签署合同", "sub-per"): "person",
    Channel("签署合同", "obj-per"): "person",
}
#: Roles of FewFC that name organisations, of any type of event.
NAMED: Final = ("sub", "obj", "sub-org", "obj-org", "target-company", "share-org", "institution")
