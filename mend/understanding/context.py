"""What a cue means where it stands: denied, long ago, settled, only asked, a saying.

Works on a `Reading`; the words are data (`data/lexicon/context.yml`). Used for red
flags and for pain alike. Rules of scope, in the order in which they matter:

* a saying ("killing me") swallows the cues inside it, and what is said of an animal
  or a thing ("my dog's legs are weak") is nobody's sign;
* a "no" reaches forward to the end of its clause, at most six words, and not past
  "but", "my", "I", nor past an "and" when it denied no sign before it ("no rush and
  short of breath"); a cue that is itself made with a no ("can't feel") is not denied
  by it, and a "no" that answers ("No, my leg is hot") denies nothing;
  "no fever, chills or sweats" reaches over the commas; "toilet's normal"
  denies what it says to be normal;
* "ten years ago" makes a clause past unless it also speaks of now, and "in May" what
  was diagnosed then; "fine now" settles what was said before it in the sentence,
  unless something is "still numb" after that;
* a question about how things are in general ("can massage move a clot?") reaches
  to the end of its sentence unless the person speaks of themselves after it; so do
  a sentence that begins like a question and speaks of nobody, and one that asks for
  "signs", "causes", "recovery" and speaks of nobody; "how do I know if my ..." and
  "... how does it work" ask whoever they speak of; but not one that says when it
  began ("why am I breathless all of a sudden?"); and an errand ends the question it
  stands in ("what do you charge and ..."); a sentence about a text or a joke ("an
  essay on ...", "figuratively") only asks too;
* the name of a condition alone reports nothing: somebody must say that they have it
  or think so ("I think I have a clot"), unless it is cried out ("heart attack!!").
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from mend.understanding.reading import Match, Reading

SENTENCE_ENDS = frozenset(".!?;")
_CLAUSE_WORDS = frozenset(
    [
        "but",
        "however",
        "although",
        "though",
        "except",
        "because",
        "so",
        "then",
        "yet",
        "whereas",
    ]
)
_SUBJECTS = frozenset(
    [
        "i",
        "im",
        "ive",
        "my",
        "its",
        "he",
        "she",
        "hes",
        "shes",
        "they",
        "now",
        "the",
        "cant",
        "his",
        "her",
        "their",
    ]
)
# After "and", a new verb begins a new clause: "had a clot and am off the tablets".
_VERBS = frozenset(
    ["am", "have", "had", "was", "feel", "want", "would", "can", "could"]
)
_CLOSERS = frozenset(
    [
        "i",
        "im",
        "ive",
        "my",
        "its",
        "he",
        "she",
        "hes",
        "shes",
        "just",
        "only",
        "that",
        "which",
    ]
)
_HAD = frozenset(
    ["had", "history", "previous", "prior", "past", "survived", "suffered", "old"]
)
_YEARS = frozenset(["years", "year", "yrs", "yr", "months", "month", "weeks"])
_STOPS = SENTENCE_ENDS | {","}
_QUESTION_WORDS = frozenset(
    [
        "can",
        "could",
        "does",
        "do",
        "is",
        "are",
        "will",
        "would",
        "should",
        "may",
        "what",
        "whats",
        "why",
        "how",
        "which",
        "who",
        "when",
        "where",
        "did",
        "dont",
        "isnt",
    ]
)
_PERSONS = frozenset(
    [
        "i",
        "im",
        "ive",
        "id",
        "my",
        "me",
        "mine",
        "he",
        "she",
        "hes",
        "shes",
        "his",
        "her",
        "him",
        "this",
        "it",
        "its",
        "these",
        "now",
        "suddenly",
        "today",
        "tonight",
        "yesterday",
        "since",
        "cant",
    ]
)
_GOING_ON = frozenset(
    [
        "it",
        "its",
        "that",
        "thats",
        "this",
        "they",
        "these",
        "those",
        "only",
        "just",
        "always",
        "both",
        "happens",
        "happened",
        "comes",
        "came",
        "goes",
        "had",
        "been",
        "from",
        "after",
        "when",
        "because",
    ]
)
# After an animal or a thing: what follows is a person's, or the animal's doing.
_NOT_ITS_OWN = _PERSONS - {"it", "its", "this", "these", "now"} | frozenset(
    [
        "us",
        "them",
        "they",
        "their",
        "bite",
        "bites",
        "bit",
        "bitten",
        "scratch",
        "scratched",
        "lead",
        "walk",
        "walking",
        "while",
        "when",
        "with",
        "and",
    ]
)
_THEN = frozenset(["and", "also", ","])  # an errand is asked, then something is told
_ASKED = frozenset(
    ["you", "your", "the", "that", "this", "it", "he", "she", "they", "we", "anyone"]
)
_REACH = 6
_REACH_BACK = 4


class Context:
    """Tell for each cue of one reading in what sense it is said."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self.words = [token.word for token in reading.tokens]
        self._sentence_starts = [0]
        self._clause_starts = [0]
        for place, word in enumerate(self.words):
            if word in SENTENCE_ENDS:
                self._sentence_starts.append(place + 1)
                self._clause_starts.append(place + 1)
            elif (
                word == ","
                or word in _CLAUSE_WORDS
                or (
                    word in {"and", "or"}
                    and self.words[place + 1 : place + 2]
                    and self.words[place + 1] in _SUBJECTS | _VERBS
                )
            ):
                self._clause_starts.append(place)
        self._sayings = reading.find("idiom")
        self._general: dict[int, bool] = {}

    def clause(self, place: int) -> int:
        """Number of the clause that a token stands in."""
        return bisect_right(self._clause_starts, place)

    def sentence(self, place: int) -> int:
        """Number of the sentence that a token stands in."""
        return bisect_right(self._sentence_starts, place)

    def goes_on(self, sentence: int) -> bool:
        """Tell whether a sentence goes on about the one before: "It is only ..."."""
        words = self._words_of(sentence)
        return bool(words) and words[0] in _GOING_ON

    def is_saying(self, cue: Match) -> bool:
        """A figure of speech, sport or clinic word, or no person's trouble."""
        return self._is_no_persons(cue) or any(
            saying.touches(cue)
            and not (cue.holds(saying) and cue.last - cue.first > _length(saying))
            for saying in self._sayings
        )

    def _is_no_persons(self, cue: Match) -> bool:
        """Said of an animal or a thing: "my dog's back legs", "the phone is dead"."""
        return any(
            thing.first <= cue.first
            and self.clause(thing.first) == self.clause(cue.last - 1)
            and not _NOT_ITS_OWN.intersection(self.words[thing.last : cue.last])
            for thing in self.reading.find("not_a_person")
        )

    @cached_property
    def _negations(self) -> list[Match]:
        counting = self.reading.find("still_counts")
        return [
            no
            for no in self.reading.find("negation")
            if not any(phrase.holds(no) for phrase in counting)
        ]

    def is_denied(self, cue: Match, shaped: tuple[Match, ...] = ()) -> bool:
        """Denied: "no numbness", "DVT was ruled out".

        Args:
            cue: the match in question.
            shaped: cues made with a no of their own ("no feeling"), which use it up.
        """
        for no in self._negations:
            if any(place in cue.between for place in range(no.first, no.last)):
                return True
            if cue.holds(no) or no.last > cue.first or self._is_answer(no):
                continue
            if any(
                other.holds(no)
                and no.first not in other.between
                and _length(other) > _length(no)
                for other in shaped
            ):
                continue
            if self._reaches(no.last, cue.first) and not self._denies_something_else(
                no, cue, shaped
            ):
                return True
        if any(fine.holds(cue) for fine in self.reading.find("said_fine")):
            return True
        if any(
            self._reaches(nothing.first + 1, cue.first)
            for nothing in self.reading.find("nothing_is")
            if nothing.first < cue.first
        ):
            return True
        return any(
            self.clause(after.first) == self.clause(cue.last - 1)
            and 0 <= after.first - cue.last < _REACH_BACK
            for after in self.reading.find("negation_after")
        )

    def _is_answer(self, no: Match) -> bool:
        """A "no" that answers and denies nothing: "No, my leg is hot"."""
        return (
            no.first in self._sentence_starts
            and self.words[no.first : no.last + 1] == ["no", ","]
            and not {"or", "nor"}.intersection(self._words_of(self.sentence(no.first)))
        )

    def _reaches(self, start: int, end: int) -> bool:
        if end - start > _REACH or self.sentence(start) != self.sentence(end):
            return False
        between = self.words[start:end]
        if any(word in _CLOSERS for word in between[1:]):
            return False
        if self.clause(start) == self.clause(end):
            return True
        # A list: "no fever, chills or sweats". Only commas, and "or" ends it.
        if any(word in _CLAUSE_WORDS for word in between):
            return False
        rest = self.words[end : end + _REACH]
        listed = [w for w in between if w in {"or", "nor"}] or "or" in rest
        return bool(listed) and not any(w in _SUBJECTS for w in between)

    def _denies_something_else(
        self, no: Match, cue: Match, signs: tuple[Match, ...]
    ) -> bool:
        """An "and" stands before the cue, and no sign between the "no" and it."""
        between = self.words[no.last : cue.first]
        if "and" not in between:
            return False
        end = no.last + between.index("and")
        return not any(no.last <= sign.first < end for sign in signs)

    def _in_clause(self, label: str, place: int) -> list[Match]:
        clause = self.clause(place)
        return [m for m in self.reading.find(label) if self.clause(m.first) == clause]

    def _in_sentence(self, label: str, sentence: int) -> list[Match]:
        return [
            m for m in self.reading.find(label) if self.sentence(m.first) == sentence
        ]

    def is_past(self, cue: Match, *, diagnosis: bool = False) -> bool:
        """Long ago: "in 2012", "as a kid"; for a diagnosis also plain "had a ..."."""
        recent = self._in_clause("recent", cue.first)
        if self._is_dated_at_once(cue) or (
            self._is_dated(cue)
            and not [
                m for m in self._in_clause("present", cue.first) if not cue.holds(m)
            ]
        ):
            return True
        if not diagnosis or recent:
            return False
        if self._in_clause("in_a_month", cue.first):
            return True
        start = self._sentence_starts[self.sentence(cue.first) - 1]
        before = range(max(start, cue.first - 4), cue.first + 1)
        return any(
            self.words[place] in _HAD
            and not (self.words[place] == "old" and self.words[place - 1] in _YEARS)
            for place in before
        )

    def _is_dated_at_once(self, cue: Match) -> bool:
        """The date stands right after it: "a shoulder that came out years ago"."""
        clause = self.clause(cue.last - 1)
        return any(
            cue.last <= past.first <= cue.last + 1
            and past.last - past.first > 1
            and self.words[past.last - 1] == "ago"
            and self.clause(past.first) == clause
            and not any(
                m.first >= past.last for m in self._in_clause("present", cue.first)
            )
            for past in self.reading.find("past")
        )

    def _is_dated(self, cue: Match) -> bool:
        if self._in_clause("past", cue.first):
            return True
        clause = self.clause(cue.first)
        return any(
            len(word) == 4
            and word.isdigit()
            and word[:2] in {"19", "20"}
            and self.clause(place) == clause
            for place, word in enumerate(self.words)
        )

    def is_settled(self, cue: Match) -> bool:
        """Over again: "then fine", "gone now"; or only with one harmless activity."""
        sentence = self.sentence(cue.first)
        over = [
            m.first
            for label in ("settled", "only_then")
            for m in self._in_sentence(label, sentence)
            if m.first >= cue.first
        ]
        return bool(over) and not any(
            m.first > min(over) for m in self._in_sentence("not_over", sentence)
        )

    def is_asked(self, cue: Match) -> bool:
        """Only asked or supposed: "what are the signs of a clot?"."""
        sentence = self.sentence(cue.first)
        if self._in_sentence("onset", sentence):
            return False
        if any(
            errand.last < cue.first and self.words[errand.last] in _THEN
            for errand in self._in_sentence("errand", sentence)
        ):
            return False
        if self._in_general(sentence) or self._in_sentence("not_meant", sentence):
            return True
        for supposing in self._in_sentence("only_supposing", sentence):
            if supposing.first <= cue.first and not any(
                supposing.touches(me) for me in self.reading.find("it_is_me")
            ):
                return True
        if any(
            self.clause(m.last - 1) == self.clause(cue.first)
            and m.first <= cue.first
            and not {"i", "im", "ive"}.intersection(self.words[m.last : cue.last])
            for m in self.reading.find("asking_my")
        ) or any(
            m.first >= cue.last
            and not _PERSONS.intersection(
                self.words[self._sentence_starts[sentence - 1] : m.first]
            )
            for m in self._in_sentence("asking_after", sentence)
        ):
            return True
        reports = self._in_sentence("it_is_me", sentence)
        return any(
            asking.first <= cue.last
            and not any(asking.first <= me.first <= cue.last + 1 for me in reports)
            and not self._speaks_of_self(asking.last, cue)
            for asking in self._in_sentence("asking", sentence)
        )

    def _words_of(self, sentence: int) -> list[str]:
        start = self._sentence_starts[sentence - 1]
        ends = [*self._sentence_starts[1:], len(self.words) + 1]
        return self.words[start : ends[sentence - 1]]

    def _in_general(self, sentence: int) -> bool:
        """A sentence that asks and speaks of nobody: "chest pain causes"."""
        if sentence not in self._general:
            words = self._words_of(sentence)
            asks = words and words[0] in _QUESTION_WORDS
            if words[:1] == ["did"] and not _ASKED.intersection(words[1:2]):
                asks = False  # "did 300 squats", told without an "I"
            informs = self._in_sentence("general_ask", sentence)
            self._general[sentence] = bool(asks or informs) and not (
                _PERSONS.intersection(words)
                or self._in_sentence("somebody_else", sentence)
                or self._in_sentence("wants_help", sentence)
            )
        return self._general[sentence]

    def is_only_named(self, cue: Match, *, cry: bool) -> bool:
        """A condition that nobody is said to have: "DVT prevention".

        Args:
            cue: the name of a condition.
            cry: whether the name alone, with a word for help, is a cry for it.
        """
        sentence = self.sentence(cue.first)
        if any(
            m.last <= cue.last + _REACH and m.first <= cue.last
            for m in self._in_sentence("thinks_so", sentence)
        ):
            return False
        if not self._in_sentence("informing", sentence) and any(
            self.clause(m.first) == self.clause(cue.first) or m.first > cue.last
            for m in self._in_sentence("has_it", sentence)
        ):
            return False
        if not cry:
            return True
        fillers = self.reading.find("cry_filler")
        return any(
            not any(m.first <= place < m.last for m in (cue, *fillers))
            for place, word in enumerate(self.words)
            if word not in _STOPS and self.sentence(place) == sentence
        )

    def _speaks_of_self(self, start: int, cue: Match) -> bool:
        """In a later clause than the question, a "my" or "I" reports."""
        clause = self.clause(cue.first)
        return self.clause(start - 1) != clause and any(
            word in {"my", "i", "im", "ive"}
            and self.clause(place) == clause
            and place >= start
            for place, word in enumerate(self.words)
        )


def _length(match: Match) -> int:
    return match.last - match.first
