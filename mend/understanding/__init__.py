"""What did the visitor mean? Rasa graph components and the plain code below them.

`lexicon`, `red_flags` and `pain` match words; `ranker` compares a message with the
examples (`encoder` and `features` turn it into numbers; `regression`, `network` and
`nearness` judge them); `decision` settles what it means; the components
(`lexicon_component`, `classifier`, `wording`) only connect these to Rasa.
"""
