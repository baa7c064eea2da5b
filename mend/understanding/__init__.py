"""What did the visitor mean? Rasa graph components and the plain code below them.

`lexicon`, `red_flags` and `pain` match words; `encoder`, `features` and `ranker`
compare a message with examples; `decision` settles what it means; the components
(`lexicon_component`, `classifier`, `wording`) only connect these to Rasa.
"""
