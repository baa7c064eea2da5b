"""The desk, and where each of its features is tested.

=======  ===================================================  ==========================
feature  what                                                 test
=======  ===================================================  ==========================
queue    the most urgent first, then who waits longest        test_queue,
                                                              records/test_case_queue
status   open, in review, waiting, closed; a visitor who      test_cases,
         writes again reopens                                 records/test_follow_ups
views    unassigned, mine, all open, waiting, closed, counts  test_queue
taking   to me, to a colleague; who comes second is told      test_cases
chat     all of it, who said what, when                       test_cases
why      reason, the words, how sure, which model             test_cases, test_wording
summary  what was told of the pain, as said                   test_pain_chart
notes    for colleagues, never for the visitor                test_cases,
                                                              chat/test_staff_words
contact  masked until opened, opening is written down         test_cases
search   words, phone, name, reference; typed words in no     test_search
         address and no log
outcome  must be said on closing                              test_cases
due      by urgency in working hours, late in words           test_due, test_queue
notice   of urgent cases, without a word about health         test_notices,
                                                              tests/test_notices
hours    the visitor hears when somebody will read it         chat/test_contact,
                                                              clinic/
read     a chat can be marked as read                         test_cases
teach    what was not understood becomes an example, by two   test_learning, learning/
figures  turns, answers, refusals, votes, times, funnel       test_insight, test_charts,
                                                              records/test_insight
export   list and case as files, no formula, written down     test_exports,
                                                              test_spreadsheet
erase    a visitor, everywhere                                test_erasing,
                                                              records/test_erasure
own      visitors see and delete their own chat               chat/test_api,
                                                              scenarios/
consent  the version is kept with the request                 chat/test_consultation
keeping  what is old is deleted, with a dry run               records/test_retention
roles    each route for each role                             test_access
audit    what was done, chained                               test_people,
                                                              records/test_audit
signing  locks, second factor, sessions, ending all           test_sign_in, test_account
in
health   a banner when the chat or a notice is not well       test_health, test_queue
=======  ===================================================  ==========================

The attacks A27 to A46 are in test_abuse, which names where each is tested.
"""
