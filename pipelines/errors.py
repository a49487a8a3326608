"""Every error of the program, in one tree, so that a caller knows what to catch.

ValuenetError
├── UsageError          the command was used wrongly (exit code 2)
├── InputError          something read is unusable; names where, which field, what to do
├── StoreError          the store is missing, older or newer than the program, or busy
├── SourceError         a source could not be visited, or gave far less than it should
└── JudgementRefused    a decision would break an earlier one; carries the path
"""

from __future__ import annotations


class ValuenetError(Exception):
    """Base of all errors that a user can do something about."""


class UsageError(ValuenetError):
    """The command or function was called with values that cannot work."""


class InputError(ValuenetError):
    """Something that was read cannot be used.

    `where` is a file, URL or row ("rounds.csv:17"), `field` the column or path, `hint` what to do.
    """

    def __init__(self, message: str, *, where: str = "", field: str = "", hint: str = "") -> None:
        self.message, self.where, self.field, self.hint = message, where, field, hint
        parts = [where, f"field {field}" if field else "", message]
        text = ": ".join(part for part in parts if part)
        super().__init__(f"{text}. {hint}" if hint else text)


class StoreError(ValuenetError):
    """The store cannot be used as it is; the message says how to mend it."""


class SourceError(ValuenetError):
    """A source could not be visited, or its run was cut short."""


class JudgementRefused(ValuenetError):
    """A *same* judgement would join two things that must stay apart.

    `path` lists the names from one side to the other, in the order of the chain.
    """

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        self.path = path
        super().__init__(message + (": " + " = ".join(path) if path else ""))
