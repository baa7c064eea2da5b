from __future__ import annotations

import re

import pytest

from mend.desk import answers
from mend.records import audit, corrections
from mend.records.feedback import record_feedback
from mend.records.tables import Correction, Message
from tests.records import making

from .conftest import Desk


def miss(desk: Desk, text: str = "do you sell shoes", **understood: object) -> Message:
    result = making.refused()
    result.understanding.update(understood)
    return making.turn(desk.db, text, result, now=desk.clock())


def propose(desk: Desk, message: Message, role: str = "reviewer", **form: str):  # type: ignore[no-untyped-def]
    data = {"pick": "faq/clinic.services", "text": "do you sell shoes", **form}
    return desk.browser(role).post(f"/learning/{message.id}/proposal", data)


def decide(desk: Desk, role: str, number: int, to: str = "approve", **form: str):  # type: ignore[no-untyped-def]
    data = {"to": to, "version": "1", **form}
    return desk.browser(role).post(f"/learning/proposals/{number}/decision", data)


def stored(desk: Desk) -> list[Correction]:
    with desk.db.reading() as s:
        return [
            row.correction
            for status in corrections.STATUSES
            for row in corrections.proposals(s, status=status).rows
        ]


class TestInbox:
    def test_empty(self, desk: Desk) -> None:
        page = desk.browser("reviewer").get("/learning")
        assert page.status_code == 200
        assert "Nothing to look at" in page.text

    def test_a_line_says_what_it_was_taken_for_and_what_was_near(
        self, desk: Desk
    ) -> None:
        miss(desk)
        miss(desk)
        page = desk.browser("reviewer").get("/learning").text
        for words in (
            "do you sell shoes",
            "2 times in these words",
            "refused as not ours",
            answers.titles()["clinic.services"],
            "Refused as not ours",
        ):
            assert words in page, words

    def test_names_and_contact_details_are_not_shown(self, desk: Desk) -> None:
        miss(desk, "my name is Zebedee, ring 07700 900123 about shoes")
        message = miss(desk, "ask Reviewer for shoes")
        page = desk.browser("reviewer").get("/learning").text
        assert "Zebedee" not in page
        assert "900123" not in page
        assert "ask someone for shoes" in page
        one = desk.browser("reviewer").get(f"/learning/{message.id}").text
        assert "ask someone for shoes" in one

    def test_filter_and_page_are_in_the_address(self, desk: Desk) -> None:
        for number in range(25):
            miss(desk, f"question number {number} x")
        chat = making.new_conversation(desk.db)
        making.turn(desk.db, "how long", making.answered(), conversation=chat)
        with desk.db.transaction() as s:
            record_feedback(s, chat, 3, False, None, desk.clock())
        browser = desk.browser("reviewer")
        assert "how long" in browser.get("/learning?why=thumbs_down").text
        assert "question" not in browser.get("/learning?why=thumbs_down").text
        second = browser.get("/learning?why=out_of_scope&page=2").text
        assert "question number 0 x" in second
        assert "question number 24 x" not in second
        assert "why=out_of_scope&amp;page=1" in second

    @pytest.mark.parametrize(
        "query",
        [
            "page=-1",
            "page=1000000000",
            "page=x",
            "why=' OR 1=1 --",
            "why=<script>",
            "page=1;drop",
        ],
    )
    def test_nonsense_in_the_address(self, desk: Desk, query: str) -> None:
        """A42: injection and nonsense in parameters."""
        miss(desk)
        page = desk.browser("reviewer").get(f"/learning?{query}")
        assert page.status_code == 200
        assert "do you sell shoes" in page.text

    def test_what_is_typed_stays_text(self, desk: Desk) -> None:
        """A28: stored script."""
        evil = '<script>x</script> "><img onerror=a src=b> {{7*7}}'
        message = miss(desk, evil, intent=evil, ranking=[{"name": evil}])
        browser = desk.browser("reviewer")
        for path in ("/learning", f"/learning/{message.id}"):
            page = browser.get(path).text
            assert "<script>x" not in page
            assert "<img" not in page
            assert "{{7*7}}" in page


class TestProposing:
    def test_from_the_list_to_the_proposal(self, desk: Desk) -> None:
        message = miss(desk)
        answer = propose(desk, message, text="  do you\tsell SHOES ")
        assert (answer.status_code, answer.location) == (303, "/learning")
        (correction,) = stored(desk)
        assert correction.corrected == "faq/clinic.services"
        assert correction.text == "do you sell SHOES"
        assert correction.predicted == "out_of_scope"
        browser = desk.browser("reviewer")
        assert "Nothing to look at" in browser.get("/learning").text
        page = browser.get("/learning/proposals").text
        assert "do you sell SHOES" in page
        assert "A manager has to approve this." in page
        assert ("staff:1", "correction.proposed", "correction:1") in desk.audit()
        again = browser.get(f"/learning/{message.id}")
        assert (again.status_code, again.location) == (302, "/learning")

    @pytest.mark.parametrize(
        ("form", "corrected"),
        [
            ({"pick": "other", "other": "faq/healing.time"}, "faq/healing.time"),
            ({"pick": "", "other": "faq/healing.time"}, "faq/healing.time"),
            ({"pick": "out_of_scope", "other": "faq/healing.time"}, "out_of_scope"),
            ({"pick": "new_topic", "topic": " Shoe \n advice "}, "new_topic"),
            ({"pick": "other", "other": "pain"}, "pain"),
        ],
    )
    def test_choices(self, desk: Desk, form: dict[str, str], corrected: str) -> None:
        assert propose(desk, miss(desk), **form).status_code == 303
        (correction,) = stored(desk)
        assert correction.corrected == corrected
        assert correction.topic == ("Shoe advice" if "topic" in form else None)

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"pick": ""}, "Choose what the message"),
            ({"pick": "other", "other": ""}, "Choose the answer from the list"),
            ({"pick": "new_topic"}, "short name"),
            ({"pick": "red_flag/RF01.emergency"}, "Choose what the message"),
            ({"pick": "faq/no.such"}, "Choose what the message"),
            ({"pick": "new_topic", "topic": "x" * 61}, "too long"),
            ({"text": ""}, "no words"),
            ({"text": "- intent: faq/x\n  examples: |"}, "begins with"),
            ({"text": "[shoes](thing)"}, "brackets"),
            ({"text": "/restart"}, "slash"),
            ({"text": "ring 07700 900123"}, "still a name, a number"),
            ({"text": "ask Reviewer for shoes"}, "still a name, a number"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, desk: Desk, form: dict[str, str], says: str
    ) -> None:
        answer = propose(desk, miss(desk), **form)
        assert answer.status_code == 422
        assert says in answer.text
        assert stored(desk) == []
        typed = form.get("text", "do you sell shoes").splitlines()
        assert all(line in answer.text for line in typed)

    def test_a_possible_warning_sign_is_not_ours_to_refuse(self, desk: Desk) -> None:
        message = miss(desk, "my leg is odd", doubt="RF03.same_day")
        answer = propose(desk, message, pick="out_of_scope", text="my leg is odd")
        assert answer.status_code == 422
        assert "possible warning sign" in answer.text
        assert stored(desk) == []

    def test_a_word_with_a_capital_may_be_a_name(self, desk: Desk) -> None:
        message = miss(desk, "does that shop of Margaret sell shoes")
        page = desk.browser("reviewer").get(f"/learning/{message.id}").text
        assert "Is this a name: Margaret?" in page

    def test_two_who_work_on_the_same_message(self, desk: Desk) -> None:
        message = miss(desk)
        propose(desk, message)
        late = propose(desk, message, "manager")
        assert (late.status_code, late.location) == (303, "/learning")
        assert len(stored(desk)) == 1

    def test_skipping(self, desk: Desk) -> None:
        message = miss(desk)
        browser = desk.browser("reviewer")
        answer = browser.post(f"/learning/{message.id}/skip")
        assert answer.status_code == 303
        assert "Nothing to look at" in browser.get("/learning").text
        again = browser.post(f"/learning/{message.id}/skip")
        assert again.status_code == 303

    @pytest.mark.parametrize("path", ["", "/proposal", "/skip"])
    def test_unknown_messages(self, desk: Desk, path: str) -> None:
        browser = desk.browser("reviewer")
        asked = browser.post if path else browser.get
        assert asked(f"/learning/999{path}").status_code == 404

    def test_the_list_of_answers_works_without_script(self, desk: Desk) -> None:
        message = miss(desk)
        page = desk.browser("reviewer").get(f"/learning/{message.id}").text
        options = re.findall(r'<option value="(faq/[^"]+)"', page)
        assert {f"faq/{key}" for key in answers.titles()} == set(options)
        assert page.count("<optgroup") == len(answers.grouped())


class TestDeciding:
    def test_a_second_person_approves(self, desk: Desk) -> None:
        propose(desk, miss(desk))
        assert decide(desk, "manager", 1).status_code == 303
        assert stored(desk)[0].status == "approved"
        page = desk.browser("manager").get("/learning/proposals?status=approved").text
        assert "Approved by" in page
        assert "Manager" in page

    @pytest.mark.parametrize("role", ["manager", "admin"])
    def test_nobody_approves_their_own(self, desk: Desk, role: str) -> None:
        propose(desk, miss(desk), role)
        page = desk.browser(role).get("/learning/proposals").text
        assert 'value="approve"' not in page
        answer = decide(desk, role, 1)
        assert answer.status_code == 403
        assert "somebody else has to approve" in answer.text
        assert stored(desk)[0].status == "proposed"

    def test_a_reviewer_cannot_approve(self, desk: Desk) -> None:
        propose(desk, miss(desk), "manager")
        assert decide(desk, "reviewer", 1).status_code == 403
        assert stored(desk)[0].status == "proposed"

    def test_sending_back_needs_a_reason_and_returns_it(self, desk: Desk) -> None:
        message = miss(desk)
        propose(desk, message, pick="other", other="faq/healing.time")
        assert decide(desk, "manager", 1, "send_back").status_code == 422
        back = decide(desk, "manager", 1, "send_back", remark="It is about shoes")
        assert back.status_code == 303
        browser = desk.browser("reviewer")
        assert "It is about shoes" in browser.get("/learning").text
        page = browser.get(f"/learning/{message.id}").text
        assert '<option value="faq/healing.time" selected>' in page
        assert propose(desk, message, pick="out_of_scope").status_code == 303
        assert decide(desk, "manager", 1, version="3").status_code == 303

    def test_decided_twice(self, desk: Desk) -> None:
        propose(desk, miss(desk))
        decide(desk, "manager", 1)
        late = decide(desk, "admin", 1)
        assert late.status_code == 409
        assert "in the meantime" in late.text
        assert decide(desk, "admin", 99).status_code == 404

    @pytest.mark.parametrize(
        "form", [{"to": "delete"}, {"version": "x"}, {"version": "-1"}]
    )
    def test_forged_forms(self, desk: Desk, form: dict[str, str]) -> None:
        propose(desk, miss(desk))
        data = {"to": "approve", "version": "1", **form}
        path = "/learning/proposals/1/decision"
        assert desk.browser("manager").post(path, data).status_code == 400
        assert stored(desk)[0].status == "proposed"

    def test_what_two_people_did_is_written_down(self, desk: Desk) -> None:
        propose(desk, miss(desk))
        decide(desk, "manager", 1)
        with desk.db.reading() as s:
            rows = [r for r in audit.rows(s) if r.object == "correction:1"]
        assert [(row.actor, row.action) for row in rows] == [
            ("staff:2", "correction.approved"),
            ("staff:1", "correction.proposed"),
        ]
        assert all(row.details == {"intent": "faq/clinic.services"} for row in rows)
