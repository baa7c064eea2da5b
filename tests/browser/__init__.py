"""The chat in a browser, and where each accessibility check is tested.

Each test of a check has its number in its name. Check 30, of what is written, needs no
browser.

=====  ====================================================  =========================
check  what                                                  test
=====  ====================================================  =========================
1      axe-core finds nothing, in every state                test_states, test_widget
2      the launcher is a button with a name                  test_widget
3      it opens by Enter and by Space                        test_widget
4      opening leads to the message box                      test_widget
5      Escape closes and leads back                          test_widget
6      Tab leaves the chat and comes back                    test_widget
7      the focus ring is seen on every control               test_chat_page
8      what has the focus is not covered                     test_chat_page, test_widget
9      targets are large enough                              test_states, test_widget
10     one log, named, polite                                test_chat_page
11     an answer is one new item at the end, focus stays     test_chat_page
12     typing is told by a status outside the log            test_chat_page
13     not sent: told, kept, sent again                      test_chat_page
14     the message box has a label and tells its limit       test_chat_page
15     the form names each error and leads to it             test_contact_form
16     fields tell browsers what they are                    test_contact_form
17     nothing is asked twice                                test_contact_form
18     details are reviewed before sending                   test_contact_form
19     contrast, in both themes and forced colours           test_states
20     urgency is told in words                              test_states
21     no sideways scrolling at 320 px and at 400 %          test_states
22     text spacing and double size cut nothing              test_states
23     nothing moves if motion is to be reduced              test_states
24     it never opens itself                                 test_widget
25     the end of a session: warned, words kept              test_chat_page
26     help in the same place in every state                 test_states
27     language, one heading, one main part, frame title     test_chat_page, test_widget
28     desk: signing in without puzzles                      test_desk_checks
29     desk: tables                                          test_desk_checks
30     answers are short and plain                           tests/content,
                                                             tests/chat/test_words
=====  ====================================================  =========================
"""
