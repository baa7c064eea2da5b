"""The one kind of error that a command shows to its operator as a plain line."""


class OperatorError(Exception):
    """Something the operator can mend; the message says what to do next."""
